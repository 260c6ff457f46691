"""The list of guards that are taken out one by one (``python -m tests.chaos guards``) names the product as it is."""

import re

import pytest

from adapters.places import ROOT
from tests.chaos.guards_known import GUARDS, Guard


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_each_guard_stands_where_the_list_says(guard: Guard) -> None:
    for cut in guard.cuts:
        found = (ROOT / cut.path).read_text(encoding="utf-8").count(cut.old)
        assert found == 1, f"{found} times in {cut.path}: {cut.old}"
        assert cut.new != cut.old


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_each_guard_is_shown_by_tests_that_exist(guard: Guard) -> None:
    assert guard.shown_by
    for test in guard.shown_by:
        path, _, name = test.partition("::")
        assert re.search(rf"^def {name or 'test_'}", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE), test


def test_there_are_at_least_eight() -> None:
    assert len({guard.name for guard in GUARDS}) == len(GUARDS) >= 8
