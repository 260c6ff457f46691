"""One number erased, here and at the provider, with its proofs; what a legal hold or an open promise keeps."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from adapters import fault_points
from adapters.schema import (
    audit_event,
    call,
    call_draft,
    callback_request,
    deletion,
    metadata,
    offer,
    outbox,
    phone_number,
    receipt,
    recording,
    text_message,
)  # fmt: skip
from callbacks import store as promises
from queue_workers import effects
from recordings import holds
from recordings.erasing import Seen, erase
from recordings.hold_store import Kind
from recordings.vault import NoSound, whole
from tests.rig.waiting import until
from tests.support.kept import NUMBER, WORDS, Past, past_of
from tests.support.provider import BUSY_PROVIDER, NO_SUCH_CALL
from tests.support.services import Town

BY, WHY = "tietosuojavastaava", "pyynto 12"


@pytest.fixture
def town(record: str, tmp_path: Path) -> Iterator[Town]:
    one = Town.over(record, DATA_DIR=str(tmp_path), SMS_SENDER="+358457399999")
    yield one
    one.services.database.dispose()


@pytest.fixture
def past(town: Town) -> Past:
    one = past_of(town)
    said = f"<Say>{NUMBER}</Say>"
    row = {"call_sid": one.call, "step": "number", "nonce": "n1", "answer": said, "made_machine": 1.0}
    town.within(lambda tx: tx.connection.execute(insert(receipt).values(**row)))
    town.within(lambda tx: tx.connection.execute(
        insert(call_draft).values(call_sid=one.call, e164=NUMBER, made_machine=1.0)
    ))  # fmt: skip
    return one


def erased(town: Town, **more: bool) -> Any:
    return erase(town.services, NUMBER, BY, WHY, **more)


def everything(town: Town) -> str:
    with town.services.database.read() as connection:
        return repr([tuple(row) for table in metadata.sorted_tables for row in connection.execute(select(table))])


def gone(town: Town, sound: str) -> bool:
    try:
        whole(town.services.vault, sound)
    except NoSound:
        return True
    return False


def test_nothing_of_it_is_left_in_any_table(town: Town, past: Past) -> None:
    assert isinstance(erased(town), Seen)
    town.carry_out()
    left = everything(town)
    assert NUMBER not in left
    assert WORDS not in left
    assert (gone(town, past.message), gone(town, past.talk)) == (True, True)
    assert town.every(phone_number, id=past.number) == []


def test_the_figures_stay(town: Town, past: Past) -> None:
    before = town.one(callback_request, id=past.request)
    erased(town)
    after = town.one(callback_request, id=past.request)
    assert {name for name in before if before[name] != after[name]} == {"number_id"}
    assert len(town.every(call, number_id=None)) >= 1
    assert {row["outcome"] for row in town.every(offer)} == {"done"}


def test_the_provider_is_told_to_forget_sound_calls_and_texts(town: Town, past: Past) -> None:
    erased(town)
    town.carry_out()
    sid = town.one(recording, id=past.talk)["recording_sid"]
    assert [order.to for order in town.gateway.ordered("delete_recording")] == [sid]
    assert [order.to for order in town.gateway.ordered("delete_call")] == [past.call]
    assert [order.to for order in town.gateway.ordered("delete_text")] == ["SM" + "1" * 32]
    assert town.one(deletion, subject_id=past.talk)["at_provider"] == "deleted"


def test_a_call_that_cannot_be_deleted_yet_is_tried_again(town: Town, past: Past) -> None:
    erased(town)
    order = next(row for row in town.orders() if row["kind"] == "delete_call")
    for answer, done in ((BUSY_PROVIDER, None), (NO_SUCH_CALL, "absent")):
        town.gateway.answers(answer)
        effects.carry_out(town.services, order["id"])
        assert next(row for row in town.every(outbox) if row["id"] == order["id"])["result"] == done
        town.clock.pass_(seconds=31)


def test_each_thing_is_proved_without_the_number(town: Town, past: Past) -> None:
    erased(town)
    proofs = {row["kind"]: row for row in town.every(deletion)}
    assert set(proofs) == {"message", "talk", "note", "text", "call", "request", "number"}
    assert {(row["why"], row["by"]) for row in proofs.values()} == {("erasure", BY)}
    noted = town.one(audit_event, deed="resident_erasure")
    assert (noted["who"], noted["subject_id"], noted["detail"]) == ("command line", past.number, WHY)


def test_done_again_it_is_unknown_and_changes_nothing(town: Town, past: Past) -> None:
    erased(town)
    before = everything(town)
    assert erased(town) == "unknown"
    assert everything(town) == before


def test_another_number_is_not_touched(town: Town, past: Past) -> None:
    other = past_of(town, "+358409998887")
    erased(town)
    town.carry_out()
    assert town.one(callback_request, id=other.request)["number_id"] == other.number
    assert town.one(offer, token=other.offers[0])["note"] == WORDS
    assert not gone(town, other.talk)
    assert town.one(text_message, id=other.text)["body"] == WORDS


# --- what hinders it -----------------------------------------------------------------------------------------------


def open_request(town: Town) -> str:
    request = town.request()
    town.within(lambda tx: tx.connection.execute(
        callback_request.update().where(callback_request.c.id == request).values(
            number_id=promises.number_id(tx.connection, NUMBER, town.clock.now())
        )
    ))  # fmt: skip
    return request


def test_an_open_promise_is_asked_about(town: Town, past: Past) -> None:
    request, before = open_request(town), everything(town)
    before = everything(town)
    assert erased(town) == "open"
    assert everything(town) == before
    assert isinstance(erased(town, also_open=True), Seen)
    row = town.promise(request)
    assert (row["state"], row["number_id"]) == ("cancelled", None)
    assert NUMBER not in everything(town)


def test_nobody_is_erased_in_the_middle_of_her_call(town: Town, past: Past) -> None:
    request = open_request(town)
    town.offered("aino")
    assert erased(town, also_open=True) == "on_line"
    assert town.promise(request)["number_id"] == past.number


@pytest.mark.parametrize("kind", ["number", "request", "recording"])
def test_a_legal_hold_keeps_what_it_is_on(town: Town, past: Past, kind: Kind) -> None:
    subject = {"number": past.number, "request": past.request, "recording": past.talk}[kind]
    town.within(lambda tx: holds.place(town.services, tx, kind, subject, "valitus", "sirpa"))
    result = erased(town)
    town.carry_out()
    assert not gone(town, past.talk)
    assert town.one(phone_number, id=past.number)["e164"] == NUMBER
    if kind == "number":
        assert result == "held"
        assert not gone(town, past.message)
        return
    assert isinstance(result, Seen)
    held = town.one(call, call_sid=past.call)["number_id"]
    assert held == past.number, "or no night would find the provider's log of the held sound's call"
    assert (town.one(offer, token=past.offers[0])["note"] == WORDS) == (kind == "request")
    assert town.one(offer, token=past.offers[1])["note"] is None
    assert gone(town, past.message) == (kind == "recording")


@pytest.mark.parametrize("point", ["erased_a_part", "erasing_before_commit"])
def test_killed_in_the_middle_it_is_finished_the_next_time(
    point: str, record: str, town: Town, past: Past, tmp_path: Path
) -> None:
    town.services.database.engine.dispose()
    killed_at(point, record, tmp_path)
    assert town.one(callback_request, id=past.request)["number_id"] == past.number
    assert isinstance(erased(town), Seen)
    town.carry_out()
    assert NUMBER not in everything(town)
    assert (gone(town, past.message), gone(town, past.talk)) == (True, True)
    assert len(town.every(deletion, subject_id=past.talk)) == 1


def killed_at(point: str, record: str, place: Path) -> None:
    fault = place / "fault"
    fault.write_text(json.dumps({"point": point}))
    child = os.fork()
    if child == 0:
        try:
            fault_points._FILE = str(fault)
            erased(Town.over(record, DATA_DIR=str(place)))
        finally:
            os._exit(1)
    try:
        until(fault.with_name("fault.reached").exists, 15.0, lambda: f"{point} was not reached")
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
