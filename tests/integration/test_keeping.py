"""The retention rules carried out, night by night: what goes, what stays, what a legal hold keeps, and its proof."""

import json
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from adapters import fault_points
from adapters.fault_points import KEEPING_POINTS
from adapters.schema import (
    audit_event,
    call,
    callback_event,
    callback_request,
    deletion,
    offer,
    phone_number,
    recording,
    supervisor_item,
    text_message,
    transfer,
    waiting_caller,
)
from queue_workers.keeping import NightKeeping, due_day
from recordings import deletion_store, holds, keeping_store
from recordings.hold_store import Kind
from recordings.keeping import Keeping
from recordings.vault import NoSound, whole
from routing_rules.model import Retention
from routing_rules.service import RulesHolder
from tests.rig.waiting import until
from tests.support.kept import SOUND, WORDS, Past, days_pass, night, past_of
from tests.support.provider import LOST
from tests.support.services import Town

HELD = [  # kind of hold, what it is on, what is still there after ten years
    ("number", "number", {"number", "sound", "notes", "text", "reason"}),
    ("request", "request", {"number", "sound", "notes", "text", "reason"}),
    ("recording", "talk", {"number", "sound"}),
]


@pytest.fixture
def town(record: str, tmp_path: Path) -> Iterator[Town]:
    one = Town.over(record, DATA_DIR=str(tmp_path))
    yield one
    one.services.database.dispose()


@pytest.fixture
def past(town: Town) -> Past:
    return past_of(town)


def sound_here(town: Town, recording_id: str) -> bool:
    try:
        return whole(town.services.vault, recording_id) == SOUND
    except NoSound:
        return False


def proofs(town: Town, kind: str) -> list[tuple[str, int]]:
    return [(str(row["why"]), int(row["count"])) for row in town.every(deletion, kind=kind)]


def test_messages_go_first_here_and_at_the_provider_with_a_proof(town: Town, past: Past) -> None:
    days_pass(town, 29)
    night(town)
    assert town.one(recording, id=past.message)["deleted_at"] is None
    days_pass(town, 1)
    night(town)
    town.carry_out()
    assert not sound_here(town, past.message)
    assert sound_here(town, past.talk)
    proof = town.one(deletion, subject_id=past.message)
    assert (proof["kind"], proof["why"], proof["by"]) == ("message", "retention", "service")
    assert (proof["sha256"], proof["at_provider"], proof["department"]) == ("a" * 64, "deleted", "housing")


def test_a_talk_that_the_provider_still_holds_is_deleted_there_too(town: Town, past: Past) -> None:
    days_pass(town, 90)
    night(town)
    assert town.one(deletion, subject_id=past.talk)["at_provider"] is None
    town.carry_out()
    assert town.one(recording, id=past.talk)["recording_sid"] in [
        o.to for o in town.gateway.ordered("delete_recording")
    ]
    assert town.one(deletion, subject_id=past.talk)["at_provider"] == "deleted"
    assert town.one(recording, id=past.talk)["removed_machine"] is not None
    assert not sound_here(town, past.talk)


def test_texts_lose_words_and_number_after_their_days(town: Town, past: Past) -> None:
    days_pass(town, 89)
    night(town)
    assert town.one(text_message)["body"] == WORDS
    days_pass(town, 1)
    night(town)
    row = town.one(text_message)
    assert (row["body"], row["number_id"], row["key"]) == ("", None, "missed")
    assert proofs(town, "text") == [("retention", 1)]


def test_notes_go_after_theirs_and_the_outcomes_stay(town: Town, past: Past) -> None:
    days_pass(town, 365)
    night(town)
    assert [row["note"] for row in town.every(offer)] == [None, None]
    assert [row["outcome"] for row in town.every(offer)] == ["done", "done"]
    assert town.one(transfer)["note"] is None
    assert {row["note"] for row in town.every(recording)} == {None}
    assert WORDS not in [row["note"] for row in town.every(callback_event)]
    assert town.one(audit_event, deed="close")["detail"] is None
    assert sum(count for _, count in proofs(town, "note")) == 7
    assert town.one(callback_request, id=past.request)["number_id"] == past.number


def test_numbers_go_last_and_the_figures_stay(town: Town, past: Past) -> None:
    before = town.one(callback_request, id=past.request)
    days_pass(town, 400)
    night(town)
    for table in (call, callback_request, waiting_caller, recording, supervisor_item):
        assert {row["number_id"] for row in town.every(table)} <= {None}, table.name
    assert town.every(phone_number, id=past.number) == []
    after = town.one(callback_request, id=past.request)
    gone = {"number_id", "asked_by_number_id", "interpreter"}
    assert {k: v for k, v in after.items() if k not in gone} == {k: v for k, v in before.items() if k not in gone}
    assert proofs(town, "request") == [("retention", 1)]
    assert proofs(town, "number")[0][1] >= 1


def test_an_open_matter_keeps_its_number_and_notes(town: Town, past: Past) -> None:
    reopened = update(callback_request).values(closed_at=None, state="requested")
    town.within(lambda tx: tx.connection.execute(reopened))
    days_pass(town, 3650)
    night(town)
    assert town.one(callback_request, id=past.request)["number_id"] == past.number
    assert town.one(offer, request_id=past.request)["note"] == WORDS
    assert town.every(phone_number, id=past.number) != []


@pytest.mark.parametrize(("kind", "on", "kept"), HELD, ids=[kind for kind, _, _ in HELD])
def test_a_legal_hold_keeps_it_until_it_ends(town: Town, past: Past, kind: Kind, on: str, kept: set[str]) -> None:
    held = town.within(lambda tx: holds.place(town.services, tx, kind, getattr(past, on), "valitus", "sirpa"))
    days_pass(town, 3650)
    night(town)
    town.carry_out()
    assert _left(town, past) >= kept
    town.within(lambda tx: holds.end(town.services, tx, held.id, "sirpa"))
    days_pass(town, 366)  # the hold's own reason is a note too, and goes after its days
    night(town)
    town.carry_out()
    assert _left(town, past) == set()


def _left(town: Town, past: Past) -> set[str]:
    found = {
        "number": bool(town.every(phone_number, id=past.number)),
        "sound": sound_here(town, past.talk),
        "notes": town.one(offer, token=past.offers[0])["note"] is not None,
        "text": town.one(text_message)["body"] != "",
        "reason": town.one(audit_event, deed="close")["detail"] is not None,
    }
    return {name for name, there in found.items() if there}


def test_a_department_that_the_rules_no_longer_know_is_not_kept_for_ever(town: Town, past: Past) -> None:
    town.within(lambda tx: tx.connection.execute(update(recording).values(department="closed_down")))
    town.within(lambda tx: tx.connection.execute(update(callback_request).values(department="closed_down")))
    days_pass(town, 401)
    night(town)
    assert [row["deleted_at"] is None for row in town.every(recording)] == [False, False]
    assert town.one(callback_request, id=past.request)["number_id"] is None


def test_each_departments_own_days_count(town: Town, past: Past) -> None:
    rules = town.rules
    own = tuple(replace(d, retention=Retention(talk_days=7)) if d.id == "housing" else d for d in rules.departments)
    town.services = replace(town.services, rules=RulesHolder(replace(rules, departments=own)))
    days_pass(town, 7)
    night(town)
    assert town.one(recording, id=past.talk)["deleted_at"] is not None
    assert town.one(recording, id=past.message)["deleted_at"] is None


def test_doing_it_again_changes_nothing(town: Town, past: Past) -> None:
    days_pass(town, 400)
    night(town)
    before = [row for row in town.every(deletion) if row["kind"] != deletion_store.NIGHT]
    work = Keeping(town.services, "again")
    assert [work.sounds(None).gone, *(work.sort(sort, None).gone for sort in keeping_store.SORTS)] == [0] * 12
    night(town)
    assert [row for row in town.every(deletion) if row["kind"] != deletion_store.NIGHT] == before


def test_many_go_page_by_page_and_none_is_skipped(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping_store, "PAGE", 2)
    monkeypatch.setattr(deletion_store, "PAGE", 2)
    for at in range(5):
        past_of(town, f"+35840111222{at}")
    days_pass(town, 400)
    night(town)
    assert {row["deleted_at"] is None for row in town.every(recording)} == {False}
    assert {row["number_id"] for row in town.every(call)} == {None}
    assert proofs(town, "text") == [("retention", 5)]


def test_a_tick_does_a_bounded_piece_and_the_next_one_goes_on(town: Town, past: Past) -> None:
    days_pass(town, 400)
    keeper, ticks = NightKeeping(batches=1), 0
    while due_day(town.services, town.clock.now()) is not None:
        keeper.step(town.services)
        ticks += 1
    assert ticks == len(keeping_store.SORTS) + 2
    assert town.every(phone_number, id=past.number) == []


# --- when ----------------------------------------------------------------------------------------------------------


def test_once_a_night_and_after_an_outage_at_once(town: Town) -> None:
    """10.00 in Helsinki, on the first day there has never been: nobody waits for the next night."""
    assert due_day(town.services, town.clock.now()) == "2026-11-24"
    night(town)
    assert due_day(town.services, town.clock.now()) is None
    days_pass(town, 16 / 24)
    assert due_day(town.services, town.clock.now()) is None, "02.00: the night's work waits for three"
    days_pass(town, 1 / 24)
    assert due_day(town.services, town.clock.now()) == "2026-11-25"
    days_pass(town, 7 / 24)
    assert due_day(town.services, town.clock.now()) is None, "10.00: the night was missed, the next one is soon enough"
    days_pass(town, 1)
    assert due_day(town.services, town.clock.now()) == "2026-11-26", "two nights were missed"


def test_the_night_is_proved_although_nothing_was_due(town: Town) -> None:
    night(town)
    proof = town.one(deletion, kind=deletion_store.NIGHT)
    assert (proof["subject_id"], proof["count"]) == ("2026-11-24", 0)


# --- whatever dies -------------------------------------------------------------------------------------------------


def test_a_provider_that_does_not_answer_is_asked_again_and_the_proof_waits(town: Town, past: Past) -> None:
    days_pass(town, 90)
    night(town)
    town.gateway.answers(LOST)
    town.carry_out()
    assert town.one(deletion, subject_id=past.talk)["at_provider"] is None
    town.clock.pass_(seconds=31)
    town.carry_out()
    assert town.one(deletion, subject_id=past.talk)["at_provider"] == "deleted"


def test_killed_before_the_commit_nothing_is_half_done(record: str, town: Town, past: Past, tmp_path: Path) -> None:
    days_pass(town, 400)
    before = {table.name: town.every(table) for table in (recording, offer, deletion, call)}
    town.services.database.engine.dispose()
    killed_at(KEEPING_POINTS[0], record, town, tmp_path)
    assert {table.name: town.every(table) for table in (recording, offer, deletion, call)} == before
    night(town)
    assert town.every(phone_number, id=past.number) == []
    assert len(town.every(deletion, subject_id=past.talk)) == 1


def killed_at(point: str, record: str, town: Town, place: Path) -> None:
    fault = place / "fault"
    fault.write_text(json.dumps({"point": point}))
    child = os.fork()
    if child == 0:
        try:
            fault_points._FILE = str(fault)
            other = Town.over(record, DATA_DIR=str(place))
            other.clock.business = town.clock.business
            night(other)
        finally:
            os._exit(1)
    try:
        until(fault.with_name("fault.reached").exists, 15.0, lambda: f"{point} was not reached")
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
