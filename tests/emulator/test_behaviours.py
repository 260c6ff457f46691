"""Every row of the behaviour table says where it comes from and names code that exists."""

import importlib
import re
from functools import reduce
from pathlib import Path

import pytest

import emulator
from emulator.behaviours import ASSUMED, BehaviourRow, rows
from emulator.player import VERBS as PLAYED
from emulator.twiml_tables import ATTRIBUTES, CHILDREN, VERBS

SOURCES = {ASSUMED, "reported", "openapi", "library"}
PAGE = re.compile(r"(voice|usage|api|glossary)(/[a-z0-9-]+)+")  # of the provider's documentation


@pytest.mark.parametrize("row", rows(), ids=lambda row: str(row.id))
def test_row(row: BehaviourRow) -> None:
    module, _, name = row.code.partition(":")
    found = reduce(getattr, name.split("."), importlib.import_module(module))
    assert found is not None
    assert row.source in SOURCES or PAGE.fullmatch(row.source)
    assert row.does.endswith(".")


def test_ids_are_unique() -> None:
    ids = [row.id for row in rows()]
    assert len(ids) == len(set(ids))


def test_every_verb_that_is_accepted_is_played() -> None:
    assert set().union(*VERBS.values()) == set(PLAYED)


def test_every_element_has_its_attributes() -> None:
    assert set().union(*VERBS.values(), *CHILDREN.values()) <= set(ATTRIBUTES)


def test_nothing_of_the_provider_or_the_service_is_imported() -> None:
    foreign = re.compile(
        r"^\s*(?:from|import) (twilio|ivr|routing_rules|callbacks|desks|queue_workers|console|adapters|recordings)\b",
        re.M,
    )
    files = Path(emulator.__file__).parent.glob("*.py")
    assert [file.name for file in files if foreign.search(file.read_text(encoding="utf-8"))] == []
