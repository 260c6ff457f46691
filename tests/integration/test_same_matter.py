"""A number asks again about what is open already: joined, rung after all, never rung twice for one matter."""

from sqlalchemy import insert

from adapters.ids import new_id
from adapters.schema import callback_request
from callbacks import store
from callbacks.model import Window
from callbacks.planning import room_in
from desks import service, wishes
from tests.support.known import asks, call, falls_due, reaches, requests
from tests.support.services import Town

OTHERS = "+358409998877"


def test_who_asks_to_be_rung_about_what_was_to_be_answered_in_writing_is_rung(town: Town) -> None:
    """No time was told for it before, and from now on it is dealt like any other."""
    request = asks(town)
    wishes.answer_by(town.services, "aino", request, "text")
    telephone = call(town)
    assert "/step/topic" in telephone.next_url(), "nobody is told that she will be rung about it"
    reaches(telephone, "housing")
    telephone.presses("2")
    asked = telephone.presses("1")
    assert "Sinulla on jo soittopyyntö tästä asiasta." in asked
    assert "Soitamme sinulle" not in asked
    assert "Soitamme sinulle tänään kello neljäntoista ja viidentoista välillä" in telephone.presses("1")
    assert [(row["id"], row["contact"]) for row in requests(town)] == [(request, "ring")]
    town.agent("bertil")
    falls_due(town, request)
    service.heartbeat(town.services, "bertil")
    assert town.deal() == 1


def test_what_is_answered_in_writing_takes_no_time_from_those_who_are_rung(town: Town) -> None:
    """The time is offered as free: whoever takes it has it."""
    request = asks(town)
    row = town.promise(request)
    wishes.answer_by(town.services, "aino", request, "text")
    department = town.rules.department(row["department"])
    room = room_in(town.rules, department, "fi", Window(row["window_start_at"], row["window_end_at"]))
    with town.services.database.write() as tx:
        for n in range(room):
            number = store.number_id(tx.connection, f"+35840600{n:04d}", town.clock.now())
            others = {**row, "id": new_id(), "number_id": number, "code": "000000", "contact": "text"}
            tx.connection.execute(insert(callback_request).values(**others))
    mine = asks(town, number=OTHERS)
    assert town.promise(mine)["window_start_at"] == row["window_start_at"]


def test_another_persons_request_is_asked_about_too(town: Town) -> None:
    """The first one's is over; the second person of the telephone rings again and does not get two rings."""
    first = asks(town)
    telephone = call(town)
    telephone.presses("4")
    reaches(telephone, "housing")
    for key in ("2", "1", "2"):
        telephone.presses(key)
    with town.services.database.write() as tx:
        store.transition(tx.connection, first, "call_off", town.clock.now(), "caller")
    again = call(town)
    again.presses("4")
    reaches(again, "housing")
    again.presses("1")
    again.presses("1")
    assert "/step/same" in again.next_url()
    assert "Se on voimassa." in again.presses("1")
    assert sorted((row["person"], row["state"]) for row in requests(town)) == [(1, "cancelled"), (2, "requested")]
