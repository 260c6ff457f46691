"""Decisions read back on both databases: in order, once for each, with what is still known of the number."""

import json
from datetime import timedelta

from sqlalchemy import delete, insert, update

from adapters.schema import call, phone_number, route_decision, rules_switch
from routing_rules.past import store
from tests.support.clock import TUESDAY
from tests.support.services import Town
from tests.support.telephone import Telephone

SID = "CA" + "1" * 32


def to_rented_homes(telephone: Telephone) -> None:
    telephone.rings()
    for key in ("1", "1", "1"):
        telephone.presses(key)


def decided(town: Town, minutes: float, **other: object) -> None:
    facts = {"staffed": {"housing": ["fi", "sv"]}, "wait": None, "areas": ["+358", "+35840"]}
    row = {
        "call_sid": SID, "at": TUESDAY + timedelta(minutes=minutes), "ruleset_version": 1, "topic": "housing",
        "language": "fi", "route": "line", "desk": "housing", "facts": json.dumps(facts),
    }  # fmt: skip
    with town.services.database.write() as tx:
        tx.connection.execute(insert(route_decision).values(**(row | other)))


def test_what_a_call_left_is_read_back_as_it_was_decided(town: Town) -> None:
    town.agent("aino", languages=("fi", "sv"))
    telephone = Telephone.at(town)
    to_rented_homes(telephone)
    with town.services.database.read() as connection:
        [kept] = store.of_call(connection, telephone.sid)
    assert (kept.route, kept.desk, kept.version) == ("line", "housing", town.rules.version)
    assert [(one.desk, set(one.languages)) for one in kept.past.staffed] == [("housing", {"fi", "sv"})]
    assert kept.past.at == town.clock.now()


def test_a_webhook_that_came_twice_decided_once_and_a_later_decision_counts(town: Town) -> None:
    for minutes in (0, 0.2, 5, 5.1):
        decided(town, minutes)
    decided(town, 5.2, topic="parking")
    with town.services.database.read() as connection:
        assert [one.past.topic for one in store.of_call(connection, SID)] == ["housing", "housing", "parking"]


def test_the_number_is_the_records_while_it_is_there_and_then_its_areas(town: Town) -> None:
    decided(town, 0)
    with town.services.database.write() as tx:
        tx.connection.execute(insert(phone_number).values(id="n1", e164="+358401234567", created_at=TUESDAY))
        tx.connection.execute(insert(call).values(call_sid=SID, number_id="n1"))
    with town.services.database.read() as connection:
        assert store.of_call(connection, SID)[0].past.known.number == "+358401234567"
    with town.services.database.write() as tx:
        tx.connection.execute(update(call).values(number_id=None))
        tx.connection.execute(delete(phone_number))
    with town.services.database.read() as connection:
        assert store.of_call(connection, SID)[0].past.known.number == "+35840"


def test_the_latest_are_kept_where_there_are_too_many(town: Town) -> None:
    for n in range(4):
        decided(town, 10 * n, call_sid=f"CA{n:032x}")
    with town.services.database.read() as connection:
        latest = store.since(connection, TUESDAY + timedelta(minutes=5), 2)
        assert [one.past.call[-1] for one in latest] == ["2", "3"]
        mine = store.latest(connection, store.about(town.rules, ("streets",)), 9)
        assert mine == ()
        assert len(store.latest(connection, store.about(town.rules, ("housing",)), 9)) == 4


def test_switches_of_a_moment_are_those_that_were_on(town: Town) -> None:
    switch = {"kind": "close", "department": "housing", "reason": "x", "author": "a"}
    times = {
        "on": (TUESDAY, TUESDAY + timedelta(hours=2), None),
        "over": (TUESDAY - timedelta(hours=3), TUESDAY, None),
        "ended": (TUESDAY, TUESDAY + timedelta(hours=2), TUESDAY + timedelta(minutes=5)),
        "later": (TUESDAY + timedelta(hours=1), TUESDAY + timedelta(hours=2), None),
    }
    with town.services.database.write() as tx:
        for id_, (made, until, ended) in times.items():
            row = insert(rules_switch).values(id=id_, made_at=made, until_at=until, ended_at=ended, **switch)
            tx.connection.execute(row)
    with town.services.database.read() as connection:
        assert [one.id for one in store.switches_at(connection, TUESDAY + timedelta(minutes=30))] == ["on"]
        assert {one.id for one in store.switches_at(connection, TUESDAY + timedelta(minutes=1))} == {"on", "ended"}
