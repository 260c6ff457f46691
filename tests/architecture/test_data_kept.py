"""``docs/data-kept.md`` tells of every column of the record: what is new cannot be kept without saying why."""

import re

import pytest

from adapters.schema import metadata
from adapters.schema.columns import FreeLine, FreeText
from recordings import deletion_store, keeping_store
from tests.architecture.source import ROOT

SECTION = re.compile(r"^## `(\w+)`\n(.*?)(?=^## |\Z)", re.M | re.S)
NAMED = re.compile(r"`(\w+)`")


def told() -> dict[str, list[list[str]]]:
    text = (ROOT / "docs" / "data-kept.md").read_text(encoding="utf-8")
    found = {}
    for name, body in SECTION.findall(text):
        lines = [line.strip("|").split("|") for line in body.splitlines() if line.startswith("| `")]
        found[name] = [[cell.strip() for cell in line] for line in lines]
    return found


@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_every_column_is_told_once(table: str) -> None:
    named = [column for row in told()[table] for column in NAMED.findall(row[0])]
    assert sorted(named) == sorted(column.name for column in metadata.tables[table].c)


def test_nothing_is_told_that_is_not_there() -> None:
    assert set(told()) == set(metadata.tables)


@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_each_says_what_why_how_long_and_who_deletes_it(table: str) -> None:
    for row in told()[table]:
        assert len(row) == 5
        assert all(row), row


def referring() -> set[str]:
    return {
        str(column)
        for table in metadata.sorted_tables
        for column in table.c
        if any(key.column.table.name == "phone_number" for key in column.foreign_keys)
    }


def test_every_reference_to_a_number_is_known_to_the_deletion() -> None:
    """A new one that is not would keep numbers for ever, or make their deletion fail."""
    assert {str(column) for column in deletion_store.REFERRING} == referring()


def test_a_column_of_a_residents_goes_by_the_nights_keeping() -> None:
    kept_shorter = {"code_try.number_id"}  # by the tidying, after a day
    gone = {f"{sort.table.name}.{name}" for sort in keeping_store.SORTS for name in sort.gone}
    assert referring() - kept_shorter <= gone
    says = {
        f"{table}.{column}"
        for table, rows in told().items()
        for row in rows
        for column in NAMED.findall(row[0])
        if "the night's keeping" in row[4] and "sound:" not in row[3]
    }
    assert says - {"phone_number.id", "phone_number.e164", "phone_number.created_at"} == gone


def test_words_about_residents_are_masked() -> None:
    for sort in keeping_store.SORTS:
        for name in set(sort.gone) & {"note", "body", "detail", "interpreter"}:
            assert isinstance(sort.table.c[name].type, FreeText | FreeLine), f"{sort.table.name}.{name}"
