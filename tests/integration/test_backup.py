"""``make backup``, ``make restore``: all of a city into one file while it works, and out of it into an empty place."""

import json
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from adapters.migrate import downgrade, known_revisions
from adapters.schema import callback_event, callback_request, outbox, promise_told, session, waiting_caller
from desks.talk.conversation import Conversation
from ivr.fallback import PLACE
from operations import backup, record_store
from operations.archive import Reading, opened
from operations.restore import CannotRestore, Wishes, restore
from recordings.vault import whole
from tests.support.backed_up import (
    NOTHING_SINCE,
    OTHER,
    City,
    backed_up,
    empty_place,
    going_on,
    marks,
    put_back,
    settings_of,
    silent,
)
from tests.support.lived import place
from tests.support.services import SETTINGS


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def city(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    made = backed_up(request.param, tmp_path_factory.mktemp("city"))
    yield made
    made.town.services.database.dispose()


def test_every_row_of_every_table_and_every_sound_comes_back(city: City, tmp_path: Path) -> None:
    there = empty_place(OTHER[city.kind], tmp_path)
    done = put_back(city.made, there, NOTHING_SINCE)
    before = marks(city.settings.database_url)
    assert marks(there.database_url) == before
    assert all(rows for rows, _ in before.values()), "a table without rows proves nothing"
    assert done.rows == sum(rows for rows, _ in before.values()) == city.made.rows
    assert (done.aside, done.keys_wanted) == (None, ())
    fallback = there.data_dir / PLACE
    assert fallback.read_text() == (city.settings.data_dir / PLACE).read_text()
    new = going_on(there)
    for sound in ("message", "talk"):
        found = next(one for one in city.town.services.vault.ids() if one.startswith(sound))
        assert whole(new.services.vault, found) == whole(city.town.services.vault, found)
    assert new.request("parking"), "the next number of a counter is free"
    new.services.database.dispose()


def test_nobody_is_rung_or_texted_twice_by_an_older_record(city: City, tmp_path: Path) -> None:
    """Since the backup everybody may have been rung, texted and answered: only a person may ring again."""
    there = empty_place(city.kind, tmp_path)
    held = {row["id"]: row["offer_token"] for row in city.town.every(callback_request) if row["offer_token"]}
    done = put_back(city.made, there)
    assert done.aside is not None
    assert (done.aside.promises, done.aside.stays) == (6, 3)
    new = going_on(there)
    new.clock.pass_(minutes=240)
    for name in ("aino", "bo", "cia"):
        new.turns(name, "available")
    new.goes_on(1)
    assert new.deal() == 0
    assert new.carry_out() == []
    assert new.gateway.orders == []
    for request, token in held.items():
        new.act(partial(_late_answer, token))
        assert new.promise(request)["state"] == "needs_human"
    assert new.every(session) == []
    assert {row["state"] for row in new.every(waiting_caller)} <= {"left", "done", "moved", "ended"}
    new.services.database.dispose()


def _late_answer(token: str, talk: Conversation) -> None:
    talk.resident_answered(token)


def test_what_a_person_decides_is_rung_once_and_the_promise_is_kept(city: City, tmp_path: Path) -> None:
    there = empty_place("sqlite", tmp_path)
    put_back(city.made, there)
    new = going_on(there)
    aside = [row["id"] for row in new.every(callback_request, state="needs_human", topic="housing")]
    assert new.items().count("needs_human") == 6
    new.stops(False)
    new.clock.pass_(minutes=125)  # into the window that was promised: whatever is decided before waits for it
    new.turns("aino", "available")
    new.resolves([row["id"] for row in new.open_requests() if row["state"] == "needs_human"].index(aside[0]), True)
    new.talking("aino")
    new.notes("aino", "done")
    steps = [row["event"] for row in new.every(callback_event, request_id=aside[0])]
    assert steps[-6:] == ["set_aside", "resolve_human_again", "claim", "accept", "answered", "done"]
    assert new.promise(aside[0])["state"] == "done"
    assert [row["verdict"] for row in new.every(promise_told, request_id=aside[0])][-1] in ("kept", "late")
    assert new.deal() == 0, "the others still wait for a person"
    new.services.database.dispose()


def test_what_a_backup_holds_is_one_moment_while_promises_are_made(city: City, tmp_path: Path) -> None:
    """A promise is three rows of one transaction: a copy of two moments would hold one without the others."""
    stop, made = threading.Event(), 0

    def go_on() -> None:
        nonlocal made
        while not stop.is_set():
            city.town.request("parking")
            made += 1

    writer = threading.Thread(target=go_on)
    writer.start()
    try:
        done = backup.make(city.settings, tmp_path, with_recordings=False, tell=silent)
    finally:
        stop.set()
        writer.join()
    assert made > 0
    with opened(done.place) as reading:
        asked, steps, told = (_column(reading, name, field) for name, field in PARTS)
    assert set(asked) == set(steps) == set(told)


PARTS = (("callback_request", "id"), ("callback_event", "request_id"), ("promise_told", "request_id"))


def _column(reading: Reading, table: str, name: str) -> list[str]:
    at = reading.manifest.tables[table].columns.index(name)
    return [json.loads(line)[at] for line in reading.lines(f"record/{table}.jsonl")]


def test_no_key_is_in_it_and_only_its_owner_may_read_it(city: City) -> None:
    with zipfile.ZipFile(city.made.place) as zipped:
        content = b"".join(zipped.read(name) for name in zipped.namelist())
    secret = (SETTINGS["RECORDINGS_KEY"], SETTINGS["SECRET_KEY"], SETTINGS["TWILIO_AUTH_TOKEN"])
    assert [one for one in secret if one.encode() in content] == []
    assert city.made.place.stat().st_mode & 0o077 == 0


def test_a_missing_sound_is_told_and_one_deleted_since_is_not(city: City, tmp_path: Path) -> None:
    done = backup.make(
        settings_of({"DATABASE_URL": city.settings.database_url, "DATA_DIR": str(tmp_path / "other")}),
        tmp_path,
        with_recordings=True,
        tell=silent,
    )
    assert len(done.missing) == 2
    assert done.sounds == 0


def test_the_keys_that_recordings_need_are_named_where_they_are_not_set(city: City, tmp_path: Path) -> None:
    given = place("sqlite", tmp_path / "new")
    there = settings_of(given, RECORDINGS_KEY="b3RoZXItdGVzdHMtMDEyMzQ1Njc4OWFiY2RlZmdoaTE=")
    with opened(city.made.place) as reading:
        assert put_back(city.made, there).keys_wanted == reading.manifest.keys != ()


def test_an_older_record_is_brought_forward_where_that_is_said(city: City, tmp_path: Path) -> None:
    there = empty_place("sqlite", tmp_path)
    put_back(city.made, there, NOTHING_SINCE)
    downgrade(there.database_url, known_revisions()[-2])
    older = backup.make(there, tmp_path, with_recordings=True, tell=silent)
    into = empty_place("postgresql", tmp_path / "b")
    with pytest.raises(CannotRestore, match="older schema"):
        put_back(older, into)
    assert marks(into.database_url) == {}
    put_back(older, into, Wishes(upgrade=True))
    with record_store.one_moment(into.database_url) as connection:
        assert record_store.revision(connection) == known_revisions()[-1]
        open_ones = select(callback_request.c.id).where(callback_request.c.state == "needs_human")
        assert len(connection.execute(open_ones).all()) == 6


@pytest.mark.parametrize("at", ["archive", "record"])
def test_a_restore_that_is_ended_leaves_nothing_and_can_be_begun_again(city: City, at: str, tmp_path: Path) -> None:
    there = empty_place(city.kind, tmp_path)

    def end(said: str) -> None:
        if said.startswith(at):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restore(there, city.made.place, NOTHING_SINCE, end)
    file = record_store.file_of(there.database_url)
    assert (not file.exists()) if file else marks(there.database_url) == {}
    assert put_back(city.made, there, NOTHING_SINCE).rows == city.made.rows


def test_orders_that_reach_nobody_go_on(city: City, tmp_path: Path) -> None:
    """Sound that is to be deleted at the provider is still to be deleted: a restore keeps nothing longer."""
    there = empty_place("sqlite", tmp_path)
    town = city.town
    with town.services.database.write() as tx:
        town.services.outbox.order(tx, "delete_recording", "message-of-old", delay=3600)
    later = backup.make(city.settings, tmp_path, with_recordings=False, tell=silent)
    put_back(later, there)
    with record_store.one_moment(there.database_url) as connection:
        left = select(outbox.c.kind).where(outbox.c.done_machine.is_(None))
        assert list(connection.scalars(left)) == ["delete_recording"]
