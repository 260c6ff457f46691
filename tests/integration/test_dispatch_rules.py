"""What is dealt and what is not: paused desks, the city's stop, the beginner of a matter, skips. On both databases."""

from datetime import timedelta

from sqlalchemy import insert, update

from adapters.schema import audit_event, callback_request, ringing_stop, waiting_caller
from desks import service, store
from desks.line import expected_wait_store, offer_store, pauses
from desks.line.expected_wait_store import WaitError
from routing_rules.decide import decide
from routing_rules.routes import NobodyOnDuty, StaffedDesk, ToLine
from tests.support.clock import TUESDAY
from tests.support.services import Town


def pause(town: Town, desk: str = "housing", minutes: int | None = None) -> None:
    until = None if minutes is None else town.clock.now() + timedelta(minutes=minutes)
    town.within(lambda tx: pauses.pause(tx, town.clock, desk, "a fire drill", until, "sari"))


def change(town: Town, request: str, **values: object) -> None:
    town.within(
        lambda tx: tx.connection.execute(
            update(callback_request).where(callback_request.c.id == request).values(**values)
        )
    )


def staffed(town: Town) -> tuple[StaffedDesk, ...]:
    with town.services.database.read() as connection:
        return store.duty(connection, town.clock.machine(), town.clock.now()).staffed()


def give_back(town: Town, token: str, why: str) -> None:
    town.act(lambda c: c.give_back(token, why))


def decline(town: Town, agent: str, reason: str = "conflict") -> str:
    token = town.offered(agent)
    assert service.decline(town.services, agent, token, reason)
    return token


def test_a_crowd_at_one_desk_does_not_hide_the_others_matters(town: Town) -> None:
    for _ in range(12):
        town.request()
    mine = town.request(topic="streets")
    town.agent("stina", desks=(town.promise(mine)["desk"],))
    assert town.offer(town.offered("stina"))["request_id"] == mine


def test_an_offer_knows_whose_line_it_was_dealt_from(town: Town) -> None:
    town.agent("aino")
    town.caller()
    assert town.offer(town.offered("aino"))["desk"] == "housing"


# --- paused desks ---


def test_a_paused_desks_callbacks_wait_and_its_callers_are_answered(town: Town) -> None:
    town.agent("aino")
    request = town.request()
    pause(town)
    assert town.deal() == 0
    assert town.promise(request)["state"] == "requested"
    line = town.caller()
    assert town.offer(town.offered("aino"))["caller_id"] == line


def test_an_urgent_callback_of_a_paused_desk_is_dealt(town: Town) -> None:
    town.agent("aino")
    town.request()
    urgent = town.request()
    change(town, urgent, urgent=True)
    pause(town)
    assert town.offer(town.offered("aino"))["request_id"] == urgent


def test_nobody_is_led_to_a_paused_desk_until_it_is_resumed(town: Town) -> None:
    town.agent("aino")
    before = staffed(town)
    assert isinstance(decide(town.rules, "housing", "fi", TUESDAY, before), ToLine)
    pause(town)
    assert isinstance(decide(town.rules, "housing", "fi", TUESDAY, staffed(town)), NobodyOnDuty)
    assert town.within(lambda tx: pauses.resume(tx, town.clock, "housing", "sari"))
    assert staffed(town) == before
    assert [row["deed"] for row in town.every(audit_event)] == ["pause", "resume"]
    assert not town.within(lambda tx: pauses.resume(tx, town.clock, "housing", "sari"))


def test_a_pause_ends_at_its_time(town: Town) -> None:
    town.agent("aino")
    town.request()
    pause(town, minutes=20)
    assert town.deal() == 0
    town.clock.pass_(minutes=20)
    service.heartbeat(town.services, "aino")
    assert town.deal() == 1


def test_a_second_pause_takes_the_place_of_the_first(town: Town) -> None:
    pause(town)
    pause(town, minutes=5)
    town.clock.pass_(minutes=5)
    with town.services.database.read() as connection:
        assert pauses.paused(connection, town.clock.now()) == frozenset()


# --- the city's stop ---


def test_while_the_citys_ringing_is_stopped_only_urgent_callbacks_are_dealt(town: Town) -> None:
    town.agent("aino")
    town.request()
    stop = {"id": "s1", "kind": "rings", "figure": "400/400", "made_at": TUESDAY}
    town.within(lambda tx: tx.connection.execute(insert(ringing_stop).values(**stop)))
    assert town.deal() == 0
    urgent = town.request()
    change(town, urgent, urgent=True)
    assert town.offer(town.offered("aino"))["request_id"] == urgent


def test_live_callers_are_answered_while_the_citys_ringing_is_stopped(town: Town) -> None:
    town.agent("aino")
    stop = {"id": "s1", "kind": "rings", "figure": "400/400", "made_at": TUESDAY}
    town.within(lambda tx: tx.connection.execute(insert(ringing_stop).values(**stop)))
    town.caller()
    assert town.deal() == 1


# --- the owner ---


def test_a_matter_goes_back_to_the_agent_who_began_it(town: Town) -> None:
    town.agent("bo")
    town.clock.pass_(seconds=5)
    town.agent("aino")  # idle for a shorter time
    request = town.request()
    change(town, request, owner_id="aino")
    offer = town.offer(town.offered("aino"))
    assert (offer["request_id"], offer["clause"]) == (request, "owner")


def test_it_waits_for_her_ten_minutes_while_she_talks(town: Town) -> None:
    town.agent("aino")
    town.request()
    town.talking("aino")
    town.agent("bo")
    request = town.request()
    change(town, request, owner_id="aino")
    assert town.deal() == 0
    town.clock.pass_(minutes=9, seconds=59)
    service.heartbeat(town.services, "bo")
    assert town.deal() == 0
    town.clock.pass_(seconds=1)
    assert town.offer(town.offered("bo"))["request_id"] == request


def test_nobody_waits_for_an_owner_who_is_off_duty(town: Town) -> None:
    town.agent("aino")
    service.set_presence(town.services, "aino", "break")
    town.agent("bo")
    request = town.request()
    change(town, request, owner_id="aino")
    assert town.offer(town.offered("bo"))["request_id"] == request


# --- never more than agents free, no loops, skips visible ---


def test_no_more_callbacks_are_released_than_agents_are_free(town: Town) -> None:
    for name in ("aino", "bo"):
        town.agent(name)
    requests = [town.request() for _ in range(6)]
    assert town.deal() == 2
    assert town.deal() == 0
    assert [town.promise(one)["state"] for one in requests].count("requested") == 4


def test_a_matter_that_all_have_declined_waits_and_its_skips_are_listed(town: Town) -> None:
    for name in ("aino", "bo"):
        town.agent(name)
    line = town.caller()
    decline(town, "aino")
    town.clock.pass_(seconds=6)
    decline(town, "bo", "language")
    town.clock.pass_(seconds=6)
    assert town.deal() == 0
    with town.services.database.read() as connection:
        seen = offer_store.skips(connection, line)
    assert [(one.agent_id, one.outcome, one.reason) for one in seen] == [
        ("aino", "declined", "conflict"),
        ("bo", "declined", "language"),
    ]
    town.clock.pass_(minutes=4, seconds=50)
    for name in ("aino", "bo"):
        service.heartbeat(town.services, name)
    assert town.offer(town.offered("aino"))["caller_id"] == line


def test_a_telephone_that_cannot_be_rung_is_not_tried_again_and_again(town: Town) -> None:
    """The next agent gets the matter; hers may be reached about another."""
    for name in ("aino", "bo"):
        town.agent(name)
    line = town.caller()
    token = town.offered("aino")
    give_back(town, token, "unknown")
    town.clock.pass_(seconds=6)
    assert town.offer(town.offered("bo"))["caller_id"] == line
    second = town.offered("bo")
    give_back(town, second, "unknown")
    town.clock.pass_(seconds=6)
    assert town.deal() == 0


def test_one_who_was_busy_once_is_asked_again_and_twice_not(town: Town) -> None:
    for name in ("aino", "bo"):
        town.agent(name)
    service.set_presence(town.services, "bo", "break")
    town.caller()
    for _ in range(2):
        token = town.offered("aino")
        give_back(town, token, "busy")
        town.clock.pass_(seconds=6)
    service.set_presence(town.services, "bo", "available")
    town.deal()
    assert town.held("aino") is None
    assert town.held("bo") is not None


# --- the expected wait beside what came true ---


def test_the_wait_expected_is_kept_beside_what_came_true(town: Town) -> None:
    town.agent("aino")
    first = town.caller()
    assert town.stay(first)["wait_expected_minutes"] is None, "guessed without history"
    town.accept(token := town.offered("aino"), leg := "CA" + "a" * 32)
    town.act(lambda c: c.caller_joined(first))
    town.clock.pass_(minutes=4)
    town.act(lambda c: c.agent_leg_ended(token, "completed"))
    service.note_outcome(town.services, "aino", token, "done")
    town.clock.pass_(seconds=6)
    service.heartbeat(town.services, "aino")
    second = town.caller()
    town.clock.pass_(minutes=1)
    service.heartbeat(town.services, "aino")
    town.accept(town.offered("aino"), leg.replace("a", "b"))
    stay = town.stay(second)
    assert stay["wait_expected_minutes"] == 4
    assert stay["answered_at"] == town.clock.now()
    with town.services.database.read() as connection:
        assert expected_wait_store.error(connection, TUESDAY, None) == WaitError(3.0, 1)
        assert expected_wait_store.error(connection, TUESDAY, ("housing",)) == WaitError(3.0, 1)
        assert expected_wait_store.error(connection, TUESDAY, ("streets",)) is None
        assert expected_wait_store.error(connection, town.clock.now() + timedelta(minutes=1), None) is None


def test_without_answered_callers_there_is_no_error_to_show(town: Town) -> None:
    town.caller()
    assert [row["answered_at"] for row in town.every(waiting_caller)] == [None]
    with town.services.database.read() as connection:
        assert expected_wait_store.error(connection, TUESDAY, None) is None
