"""What a legal hold keeps of a matter that a note, a reason or a call only leads to; and what goes at the provider."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, insert, update

from adapters.database import Transaction
from adapters.schema import (
    audit_event,
    call,
    callback_request,
    offer,
    outbox,
    recording,
    supervisor_item,
    text_message,
    waiting_caller,
)
from recordings import holds
from recordings.hold_store import Kind
from tests.support.kept import NUMBER, WORDS, Past, days_pass, night, past_of
from tests.support.provider import LOST
from tests.support.services import Town

CALLED = "CA" + "7" * 32


@pytest.fixture
def town(record: str, tmp_path: Path) -> Iterator[Town]:
    one = Town.over(record, DATA_DIR=str(tmp_path))
    yield one
    one.services.database.dispose()


@pytest.fixture
def past(town: Town) -> Past:
    return past_of(town)


def changed(town: Town, table: Table, where: Any, **values: Any) -> None:
    town.within(lambda tx: tx.connection.execute(update(table).where(where).values(**values)))


def hold(town: Town, kind: Kind, subject: str) -> None:
    town.within(lambda tx: holds.place(town.services, tx, kind, subject, "valitus", "sirpa"))


def reasons(town: Town, past: Past) -> None:
    """One deed about each thing that leads to her matter."""
    changed(town, waiting_caller, waiting_caller.c.id == past.stay, request_id=past.request)
    item = str(town.one(supervisor_item, number_id=past.number)["id"])
    changed(town, supervisor_item, supervisor_item.c.id == item, request_id=past.request)
    subjects = {"caller": past.stay, "offer": past.offers[1], "recording": past.talk, "item": item}
    subjects |= {"number": past.number, "request": past.request}
    for kind, subject in subjects.items():
        row = {"at": town.clock.now(), "machine": 0.0, "who": "sirpa", "deed": "told", "subject": kind,
               "subject_id": subject, "detail": WORDS}  # fmt: skip
        town.within(partial(_insert, row))


def _insert(row: dict[str, Any], tx: Transaction) -> None:
    tx.connection.execute(insert(audit_event).values(**row))


@pytest.mark.parametrize("kind", ["number", "request"])
def test_reasons_about_whatever_leads_to_a_held_matter_stay(town: Town, past: Past, kind: Kind) -> None:
    reasons(town, past)
    hold(town, kind, {"number": past.number, "request": past.request}[kind])
    days_pass(town, 3650)
    night(town)
    left = {row["subject"] for row in town.every(audit_event, deed="told") if row["detail"] == WORDS}
    assert {"caller", "offer", "recording", "item", "request"} - left == set()
    assert ("number" in left) == (kind == "number")


def test_reasons_about_nothing_held_go(town: Town, past: Past) -> None:
    reasons(town, past)
    days_pass(town, 3650)
    night(town)
    assert {row["detail"] for row in town.every(audit_event, deed="told")} == {None}


def test_a_held_talk_keeps_its_note(town: Town, past: Past) -> None:
    changed(town, recording, recording.c.id == past.talk, offer_token=past.offers[1])
    hold(town, "recording", past.talk)
    days_pass(town, 3650)
    night(town)
    assert [town.one(offer, token=token)["note"] for token in past.offers] == [None, WORDS]


def test_a_held_request_keeps_the_number_of_the_call_in_which_it_began(town: Town, past: Past) -> None:
    changed(town, callback_request, callback_request.c.id == past.request, origin_call_sid=past.call)
    changed(town, recording, recording.c.call_sid == past.call, call_sid=CALLED)
    hold(town, "request", past.request)
    days_pass(town, 3650)
    night(town)
    assert town.one(call, call_sid=past.call)["number_id"] == past.number
    assert town.every(outbox, kind="delete_call", ref=past.call) == []


@pytest.mark.parametrize("held", [True, False])
def test_a_held_request_keeps_the_note_of_the_talk_in_which_it_began(town: Town, past: Past, held: bool) -> None:
    """The talk is another matter's, or none's: only the call leads from it to the request."""
    began = str(town.one(waiting_caller, id=past.stay)["call_sid"])
    changed(town, callback_request, callback_request.c.id == past.request, origin_call_sid=began)
    changed(town, waiting_caller, waiting_caller.c.id == past.stay, request_id=None)
    about_it = {"caller_id": past.stay, "request_id": None}
    changed(town, offer, offer.c.token == past.offers[1], **about_it)
    if held:
        hold(town, "request", past.request)
    days_pass(town, 3650)
    night(town)
    assert town.one(offer, token=past.offers[1])["note"] == (WORDS if held else None)


def test_the_speaker_is_known_as_long_as_her_sound_is(town: Town, past: Past) -> None:
    """An open matter's message: unheard after years, it still has to be found by her number."""
    for_ever = {"state": "requested", "closed_at": None}
    changed(town, callback_request, callback_request.c.id == past.request, **for_ever)
    changed(town, recording, recording.c.id == past.message, state="kept", heard_at=None)
    days_pass(town, 3650)
    night(town)
    row = town.one(recording, id=past.message)
    assert (row["deleted_at"], row["number_id"]) == (None, past.number)
    assert town.one(recording, id=past.talk)["number_id"] is None


# --- at the provider -----------------------------------------------------------------------------------------------


def test_texts_and_calls_go_at_the_provider_too(town: Town, past: Past) -> None:
    changed(town, offer, offer.c.token == past.offers[0], resident_call_sid=CALLED)
    days_pass(town, 90)
    night(town)
    town.carry_out()
    assert [order.to for order in town.gateway.ordered("delete_text")] == [town.one(text_message)["message_sid"]]
    assert town.gateway.ordered("delete_call") == []
    days_pass(town, 310)
    night(town)
    town.carry_out()
    assert {past.call, CALLED} <= {order.to for order in town.gateway.ordered("delete_call")}
    assert NUMBER not in repr(town.every(outbox))


@pytest.mark.parametrize("kind", ["delete_text", "delete_call"])
def test_a_provider_that_is_down_for_days_is_asked_again_until_it_has_deleted(town: Town, kind: str) -> None:
    town.within(lambda tx: town.services.outbox.order(tx, kind, "CA" + "1" * 32))
    town.gateway.answers(*[LOST] * 40)
    for _ in range(40):
        town.carry_out()
        town.clock.pass_(seconds=4 * 3600)
    assert town.one(outbox, kind=kind)["done_machine"] is None
    assert len(town.gateway.ordered(kind)) == 40
    town.carry_out()
    assert town.one(outbox, kind=kind)["result"] == "deleted"


def test_it_is_asked_seldom_in_the_end(town: Town) -> None:
    town.within(lambda tx: town.services.outbox.order(tx, "delete_call", "CA" + "1" * 32))
    town.gateway.answers(*[LOST] * 40)
    for _ in range(30):
        town.carry_out()
        town.clock.pass_(seconds=4 * 3600)
    asked = len(town.gateway.ordered("delete_call"))
    town.carry_out()
    town.clock.pass_(seconds=3600)
    town.carry_out()
    assert len(town.gateway.ordered("delete_call")) == asked + 1
