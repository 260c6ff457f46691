"""What an erasure leaves alone: all that a held matter is made of, what is held meanwhile, and whoever is speaking."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, insert, update

from adapters.schema import call, callback_request, legal_hold, offer, recording, transfer, waiting_caller
from callbacks import store as promises
from recordings import erasing, holds
from recordings.erasing import Partly, Seen, erase
from recordings.hold_store import Kind
from recordings.vault import NoSound, whole
from tests.support.kept import NUMBER, WORDS, Past, days_pass, night, past_of
from tests.support.services import Town

LEG = "CA" + "7" * 32  # that we made to her


@pytest.fixture
def town(record: str, tmp_path: Path) -> Iterator[Town]:
    one = Town.over(record, DATA_DIR=str(tmp_path))
    yield one
    one.services.database.dispose()


@pytest.fixture
def past(town: Town) -> Past:
    return past_of(town)


def erased(town: Town, **more: bool) -> Any:
    return erase(town.services, NUMBER, "tietosuojavastaava", "pyynto 12", **more)


def changed(town: Town, table: Table, where: Any, **values: Any) -> None:
    town.within(lambda tx: tx.connection.execute(update(table).where(where).values(**values)))


def hold(town: Town, kind: Kind, subject: str) -> None:
    town.within(lambda tx: holds.place(town.services, tx, kind, subject, "valitus", "sirpa"))


def rests(town: Town, sound: str) -> bool:
    try:
        whole(town.services.vault, sound)
    except NoSound:
        return False
    return True


# --- what belongs to a held matter ---------------------------------------------------------------------------------


def test_the_notes_of_a_live_caller_stay_with_her_held_matter(town: Town, past: Past) -> None:
    """Her talk names no request, only her stay does."""
    changed(town, waiting_caller, waiting_caller.c.id == past.stay, request_id=past.request)
    changed(town, offer, offer.c.token == past.offers[1], resident_call_sid=LEG)
    hold(town, "request", past.request)
    assert isinstance(erased(town), Seen)
    town.carry_out()
    assert {row["note"] for row in town.every(offer)} == {WORDS}
    assert town.one(transfer)["note"] == WORDS
    assert LEG not in [order.to for order in town.gateway.ordered("delete_call")]


def test_a_held_talk_keeps_its_note(town: Town, past: Past) -> None:
    changed(town, recording, recording.c.id == past.talk, offer_token=past.offers[1])
    hold(town, "recording", past.talk)
    erased(town)
    assert [town.one(offer, token=token)["note"] for token in past.offers] == [None, WORDS]


def test_a_held_request_keeps_the_call_in_which_it_began(town: Town, past: Past) -> None:
    changed(town, callback_request, callback_request.c.id == past.request, origin_call_sid=past.call)
    changed(town, recording, recording.c.call_sid == past.call, call_sid="CA" + "8" * 32)
    hold(town, "request", past.request)
    erased(town)
    town.carry_out()
    assert town.one(call, call_sid=past.call)["number_id"] == past.number
    assert past.call not in [order.to for order in town.gateway.ordered("delete_call")]


def test_what_another_telephone_said_about_her_matter_is_its_owners(town: Town, past: Past) -> None:
    other = town.within(lambda tx: promises.number_id(tx.connection, "+358409998887", town.clock.now()))
    changed(town, recording, recording.c.id == past.talk, number_id=other)
    changed(town, recording, recording.c.id == past.message, number_id=None)
    erased(town)
    town.carry_out()
    assert (rests(town, past.talk), rests(town, past.message)) == (True, False)
    assert town.one(recording, id=past.talk)["number_id"] == other


def erased_around_her_talk(town: Town, past: Past, *held: str) -> None:
    """A callback's: her request loses her number, and only the sound leads to the call that we made to her."""
    changed(town, offer, offer.c.token == past.offers[0], resident_call_sid=LEG)
    changed(town, recording, recording.c.id == past.talk, offer_token=past.offers[0])
    for sound in held:
        changed(town, recording, recording.c.id == sound, call_sid=LEG)
        hold(town, "recording", sound)
    assert isinstance(erased(town), Seen)
    days_pass(town, 3650)
    night(town)


def legs_deleted(town: Town) -> int:
    town.carry_out()
    return [order.to for order in town.gateway.ordered("delete_call")].count(LEG)


def hold_ends(town: Town, sound: str) -> None:
    of_it = str(town.one(legal_hold, subject_id=sound)["id"])
    assert town.within(lambda tx: holds.end(town.services, tx, of_it, "sirpa"))


@pytest.mark.parametrize("again", ["by the night", "by a second erasure"])
def test_the_log_of_a_callback_goes_once_its_sound_is_held_no_more(town: Town, past: Past, again: str) -> None:
    erased_around_her_talk(town, past, past.talk)
    assert legs_deleted(town) == 0
    hold_ends(town, past.talk)
    night(town) if again == "by the night" else erased(town)
    assert legs_deleted(town) == 1
    assert town.one(recording, id=past.talk)["number_id"] is None


def test_the_log_of_a_callback_stays_while_another_sound_of_it_is_held(town: Town, past: Past) -> None:
    erased_around_her_talk(town, past, past.talk, past.message)
    hold_ends(town, past.talk)
    night(town)
    assert legs_deleted(town) == 0
    hold_ends(town, past.message)
    night(town)
    assert legs_deleted(town) == 1
    assert town.one(recording, id=past.talk)["number_id"] is None


# --- what comes up while it goes on --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["number", "request", "recording"])
def test_a_hold_that_is_placed_while_sound_goes_keeps_what_is_left(
    town: Town, past: Past, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def meanwhile(point: str) -> None:
        if point == "erased_a_part" and not seen:
            gone = next(row["id"] for row in town.every(recording) if row["deleted_at"] is not None)
            seen.extend({past.talk, past.message} - {gone})
            hold(town, kind, {"number": past.number, "request": past.request, "recording": seen[0]}[kind])

    monkeypatch.setattr(erasing, "reach", meanwhile)
    result = erased(town)
    town.carry_out()
    assert rests(town, seen[0])
    assert (result == Partly("held", 1)) == (kind == "number")
    assert town.one(recording, id=seen[0])["note"] == WORDS


def test_a_hold_is_placed_before_the_deletion_or_waits_for_it(town: Town, past: Past, record: str) -> None:
    """Whoever has locked the recording to hold it is waited for; her hold counts."""
    if record.startswith("sqlite"):
        return  # one writer at a time
    begun, done = threading.Event(), threading.Event()

    def holding() -> None:
        with town.services.database.write() as tx:
            holds.place(town.services, tx, "recording", past.talk, "valitus", "sirpa")
            begun.set()
            done.wait(0.3)

    other = threading.Thread(target=holding)
    other.start()
    assert begun.wait(5)
    gone = town.within(lambda tx: erasing._sound(town.services, past.talk, "tiina", tx))
    other.join()
    assert not gone
    assert town.one(recording, id=past.talk)["deleted_at"] is None


def test_a_request_that_cannot_be_cancelled_is_not_forgotten(
    town: Town, past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed(town, callback_request, callback_request.c.id == past.request, state="requested", closed_at=None)
    monkeypatch.setattr(promises, "transition", lambda *given, **more: False)
    assert erased(town, also_open=True) == Partly("on_line", 2)
    assert town.one(callback_request, id=past.request)["number_id"] == past.number


# --- whoever is speaking -------------------------------------------------------------------------------------------


def test_nobody_is_erased_while_she_is_in_the_menu(town: Town, past: Past) -> None:
    now = town.clock.now()
    row = {"call_sid": "CA" + "9" * 32, "number_id": past.number, "arrived_at": now}
    town.within(lambda tx: tx.connection.execute(insert(call).values(**row)))
    assert erased(town) == "on_line"
    changed(town, call, call.c.call_sid == row["call_sid"], arrived_at=now - timedelta(days=2))
    assert isinstance(erased(town), Seen), "the news of its end was lost"


def test_nobody_is_erased_while_she_speaks_a_message(town: Town, past: Past) -> None:
    changed(town, recording, recording.c.id == past.message, state="draft")
    assert erased(town) == "on_line"
    assert rests(town, past.message)
