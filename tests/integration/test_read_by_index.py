"""What is asked every second, or by every page, is read by its index: however many matters there have ever been."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import insert

from adapters.schema import recording
from callbacks import store as promises
from console import audit_store
from desks import store
from desks.queue import messages
from desks.talk import transfer_store
from desks.view import desk as view
from desks.view import parts as view_parts
from queue_workers import after_hours, reconcile, talk_repairs
from recordings import found_store
from tests.support.clock import TUESDAY
from tests.support.plans import plans
from tests.support.services import Town
from tests.support.telephone import Telephone

NOBODY = "f" * 32


def reading(ask: Callable[..., object], *given: object) -> Callable[[Town], object]:
    def work(town: Town) -> object:
        with town.services.database.read() as connection:
            return ask(connection, *given)

    return work


def talks_with_partners(town: Town) -> object:
    with town.services.database.read() as connection:
        return transfer_store.talks_with_partners(connection, town.clock.now() - timedelta(hours=4))


def earlier_calls(town: Town) -> object:
    with town.services.database.read() as connection:
        return view_parts.earlier_calls(connection, NOBODY, town.clock.now(), None)


def a_closed_day(town: Town) -> object:
    town.clock.pass_(minutes=12 * 60)
    return after_hours.settle(town.services)


def news_of_a_text(town: Town) -> object:
    return Telephone.at(town).send("/sms/status", MessageSid="SM" + "1" * 32, MessageStatus="undelivered")


READ: dict[str, tuple[Callable[[Town], object], str]] = {
    # whichever of those of the open offers: each holds them alone, a few at any time
    "an agent's offer": (reading(store.offer_of_agent, NOBODY), "uq_offer_open_"),
    "a caller's offer": (reading(store.offer_of_caller, NOBODY), "uq_offer_open_|ix_offer_of_caller_id"),
    "her page's line": (lambda town: view.desk_view(town.services, NOBODY), "ix_waiting_caller_place"),
    "her page's callbacks": (
        lambda town: view.desk_view(town.services, NOBODY),
        "ix_callback_request_(due|place|desk_line)",
    ),
    "a telephone's earlier calls": (earlier_calls, "ix_call_number"),
    "messages to answer": (lambda town: messages.how_many(town.services, ("housing",)), "ix_callback_request_written"),
    "how full a slot is": (
        reading(promises.filled, "housing", "fi", [TUESDAY], 3),
        "ix_callback_request_window.*department.*language.*window_start_at",
    ),
    "vanished callers": (lambda town: reconcile.vanished_callers(town.services, {}), "uq_waiting_caller_one_stay"),
    "unknown rings": (lambda town: reconcile.unknown_rings(town.services), "ix_callback_request_dialing"),
    "expiry": (lambda town: reconcile.expire(town.services), "ix_callback_request_aside"),
    "open transfers": (lambda town: talk_repairs.overdue_transfers(town.services), "uq_transfer_open_token"),
    "promoted talks": (lambda town: talk_repairs.left_alone(town.services), "uq_offer_open_"),
    "talks with partners": (talks_with_partners, "ix_transfer_partner"),
    "listeners": (lambda town: talk_repairs.lost_listeners(town.services), "ix_listening_open"),
    "where one listens": (reading(transfer_store.listens_somewhere, NOBODY), "ix_listening_open"),
    "what became of a text": (news_of_a_text, "ix_text_message_message_sid"),
    "the closed desk's callers": (a_closed_day, "ix_waiting_caller_place"),
}


@pytest.mark.parametrize("what", READ)
def test_is_read_by_its_index(town: Town, what: str) -> None:
    work, index = READ[what]
    town.agent(NOBODY)
    found = plans(town.services.database, lambda: work(town))
    assert any(re.search(index, plan) for plan in found), found


@pytest.mark.parametrize(
    ("scope", "person", "indexes"),
    [
        (("housing", "streets"), "", ("department", "who")),
        (None, NOBODY, ("who", "subject_id")),
    ],
    ids=["a supervisor's", "of one person"],
)
def test_the_log_of_deeds_is_read_by_its_indexes(
    town: Town, scope: tuple[str, ...] | None, person: str, indexes: tuple[str, ...]
) -> None:
    read = reading(audit_store.deeds, "sirpa", scope, audit_store.Filter(person=person), 50)
    found = " ".join(plans(town.services.database, lambda: read(town)))
    for index in indexes:
        assert f"ix_audit_event_{index}" in found
    assert "SCAN audit_event'" not in found


LEFT = {
    "id": "a", "call_sid": "CA1", "kind": "message", "state": "kept", "topic": "housing", "language": "fi",
    "department": "housing", "urgent": 0, "token": "a", "seconds": 9,
}  # fmt: skip


def many_recordings(town: Town) -> None:
    """Of many departments, and counted: a planner that knows of one row may as well read any index."""
    now = town.clock.now()
    more = [
        LEFT | {"id": f"a{n}", "call_sid": f"CA{n}", "token": f"a{n}", "department": f"d{n % 40}"} for n in range(400)
    ]
    rows = [row | {"made_at": now - timedelta(minutes=n)} for n, row in enumerate([LEFT, *more])]
    town.within(lambda tx: tx.connection.execute(insert(recording), rows))
    town.within(lambda tx: tx.connection.exec_driver_sql("ANALYZE recording"))


@pytest.mark.parametrize("scope", [None, ("housing", "streets")], ids=["an administrator's", "a supervisor's"])
@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (found_store.Filter(), "ix_recording_found"),
        (found_store.Filter(kind="talk", before="a"), "ix_recording_found"),
        (found_store.Filter(desk="housing"), "ix_recording_found_desk"),
    ],
    ids=["the newest", "a later page", "of one department"],
)
def test_the_list_of_recordings_is_read_by_its_index(
    town: Town, scope: tuple[str, ...] | None, wanted: found_store.Filter, index: str
) -> None:
    """Page by page in its order: neither read whole nor sorted, however many recordings there are."""
    many_recordings(town)
    reader = found_store.Reader(scope, {"housing"})
    read = reading(found_store.found, reader, wanted, 51)
    found = " ".join(plans(town.services.database, lambda: read(town)))
    assert re.search(rf"{index}\b", found), found
    assert not re.search(r"B-TREE FOR ORDER|SCAN recording'", found), found
