"""A record that has been lived in goes down to each revision and up again: what both revisions know is as it was."""

import json
from collections import Counter
from collections.abc import Mapping

import pytest
from sqlalchemy import text

from adapters.migrate import downgrade, known_revisions, upgrade
from operations import record_store
from operations.record_rows import line_of
from operations.record_store import Found
from tests.support.lived import lived, place

Rows = Mapping[str, Counter[bytes]]
LATER = tuple(reversed(known_revisions()[:-1]))  # the newest of the older ones first: each leaves what the next needs


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    given = place(request.param, tmp_path_factory.mktemp("lived"))
    lived(given).services.database.dispose()
    return given["DATABASE_URL"]


def test_down_to_each_revision_and_up_again_nothing_is_lost_that_both_know(url: str) -> None:
    for revision in LATER:
        before, kept = {found.name: found for found in tables(url)}, rows(url)
        downgrade(url, revision)
        known = {found.name: found.columns.names for found in tables(url)}
        assert rows(url) == projected(kept, before, known), f"down to {revision}"
        upgrade(url)
        assert {name: rows(url, known)[name] for name in known} == projected(kept, before, known), f"up from {revision}"
    assert LATER[-1] == "0001"


def test_what_has_been_forgotten_stays_forgotten_below_a_revision_that_wants_a_number(url: str) -> None:
    """A request whose number is kept no longer gets one there that leads to nobody, and is still a request."""
    forgotten = "UPDATE callback_request SET number_id = NULL WHERE state = 'done'"
    assert run(url, forgotten) == 1
    downgrade(url, "0004")
    upgrade(url)
    asked = "SELECT r.id FROM callback_request r JOIN phone_number n ON n.id = r.number_id WHERE n.e164 = '+0'"
    assert run(url, asked) == 1
    assert run(url, "SELECT id FROM phone_number WHERE e164 = '+0'") == 1


def tables(url: str) -> tuple[Found, ...]:
    with record_store.one_moment(url) as connection:
        return record_store.tables(connection)


def rows(url: str, columns: Mapping[str, tuple[str, ...]] | None = None) -> dict[str, Counter[bytes]]:
    """Of each table, as lines; only these columns where some are given."""
    found: dict[str, Counter[bytes]] = {}
    with record_store.one_moment(url) as connection:
        for each in record_store.tables(connection):
            of = each.columns.names if columns is None else columns.get(each.name, ())
            places = [each.columns.names.index(name) for name in of]
            read = record_store.rows(connection, each)
            found[each.name] = Counter(line_of([values[place] for place in places]) for values in read)
    return found


def projected(kept: Rows, had: Mapping[str, Found], known: Mapping[str, tuple[str, ...]]) -> dict[str, Counter[bytes]]:
    """What of the newer rows the older tables can hold."""

    def line(name: str, one: bytes) -> bytes:
        values = dict(zip(had[name].columns.names, json.loads(one), strict=True))
        return line_of([values[column] for column in known[name]])

    return {name: Counter(line(name, one) for one in kept[name].elements()) for name in known}


def run(url: str, statement: str) -> int:
    """How many rows it found, or changed."""
    with record_store.all_or_nothing(url) as connection:
        result = connection.execute(text(statement))
        counted = len(result.all()) if result.returns_rows else result.rowcount
        connection.commit()
    return counted
