"""Every field of every page, aimed at with what is hostile: no failure, nothing changed by what is refused, words kept
only where words are kept. ``python -m tests.hostile`` does every input with every field; here each gets its share."""

import ast
import logging
from collections.abc import Iterator
from itertools import count

import pytest

from console.pages import ROUTES
from tests.architecture.source import ROOT, modules
from tests.hostile.console_rig import ENDS_HER_SESSION, Aim, Console
from tests.hostile.corpus import GROUPS, INPUTS
from tests.hostile.keeps_words import KEEPS_WORDS, TELLS_APART

SHARE = 2  # inputs for each field in the suite
COSTLY = ("rules_week", "rules_text", "rules_text_keep", "rules_version_file", "rules_draft_file", "rules_compare")
ASKS_FOR_A_FIELD = (
    *("request.form.get", "request.form.getlist", "request.args.get", "request.values.get", "posted().get"),
    *("one_of", "yes_or_no", "given.get", "fields.get", "written.get"),
)
OF_THE_PROVIDER = "console.signing_in.openid"  # what the city's own sign-in answers: tests/web/test_openid_trouble.py
READ_ELSEWHERE = {"csrf_token": "the guard's own", "ticket": "of the events process: tests/hostile/test_route_walk.py"}


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    made = Console.at(tmp_path_factory.mktemp("fields"))
    yield made
    made.city.services.database.dispose()


def test_the_groups_are_forty_three_and_each_is_shown_by_something() -> None:
    assert sorted(GROUPS) == list(range(1, 44))
    for number, group in GROUPS.items():
        assert group.inputs or group.shown_by, number
        assert not group.shown_by or (ROOT / group.shown_by).exists(), (number, group.shown_by)
    assert len(INPUTS) >= 200
    assert len(set(INPUTS)) == len(INPUTS)


def test_every_field_that_a_page_reads_is_aimed_at(console: Console) -> None:
    """Found by asking each route; what stands in the code and was not found would be aimed at by nobody."""
    found = {name for fields in console.fields.values() for _, name in fields}
    written = {
        (module.name, call.args[0].value)
        for module in modules()
        if module.room == "console" and module.name != OF_THE_PROVIDER
        for call in ast.walk(module.tree)
        if isinstance(call, ast.Call) and ast.unparse(call.func) in ASKS_FOR_A_FIELD and call.args
        if isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)
    }
    assert len(written) > 60
    assert {(where, name) for where, name in written if name not in found | set(READ_ELSEWHERE)} == set()


def test_every_field_of_every_page(console: Console, caplog: pytest.LogCaptureFixture) -> None:
    which, asked, wrong = count(), 0, []
    for aim in console.aims:
        for _ in range(1 if aim.route.name in COSTLY else SHARE):
            at = next(which)
            wrong += problems(console, aim, INPUTS[at * 7 % len(INPUTS)], as_json=at % 4 == 0)
            asked += 1
    assert wrong == []
    assert asked >= len(INPUTS), "every input is used"
    assert [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR] == []


def test_every_place_in_an_address(console: Console) -> None:
    """What stands in the path itself: an id that is none is not found, and is no failure."""
    wrong, at = [], count()
    for route in ROUTES:
        if "<" not in route.rule or route.name in ENDS_HER_SESSION or route.name in COSTLY:
            continue
        value = INPUTS[next(at) * 11 % len(INPUTS)].replace("/", "%2f") or "-"
        status = console.ask_at(route, value).status_code
        if status >= 500 or (status < 300 and route.name not in TELLS_APART):
            wrong.append((route.name, value, status))
        console.put_back()
    assert wrong == []


def problems(console: Console, aim: Aim, value: str, *, as_json: bool) -> list[str]:
    """What this input did that it should not have; the record is as before afterwards."""
    answer = console.shoot(aim, value, as_json=as_json)
    told = f"{aim.route.name} {aim.place} {aim.name}={value[:60]!r} -> {answer.status_code}"
    found = []
    if answer.status_code >= 500:
        found.append(told)
    if console.record.changed():
        if answer.status_code >= 400 and not console.record.only_notes_changed():
            found.append(f"{told}: refused, and the record is another")
        odd = console.record.held_in(value) - KEEPS_WORDS if len(value) > 5 and not value.isalnum() else set()
        found += [f"{told}: kept in {column}" for column in odd]
        console.put_back()
    return found
