"""Lost callers on both databases: noticed from the record within two minutes, told once on the board and by text, over
when all is well again."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.schema import alarm, process_start, route_decision, supervisor_item, text_message, traffic_hour
from desks import service
from desks.queue.items import close_item
from operations.watching import alarm_store, usual_store
from operations.watching.model import Finding, Hour
from operations.watching.watch import count_hours, looked, watch
from routing_rules.model import Limits, Ruleset
from tests.support.clock import TUESDAY
from tests.support.services import Town, sample_rules

ALARMED = "+358447180000"
TICK = 15


def alarming() -> Ruleset:
    return replace(sample_rules(), limits=replace(Limits(), alarm_number=ALARMED))


@pytest.fixture
def town(record: str) -> Iterator[Town]:
    one = Town.over(record, rules=alarming(), SMS_SENDER="+358175550100")
    yield one
    one.services.database.dispose()


def ticks(town: Town, seconds: float, *present: str) -> list[float]:
    """The clock's slow ticks: after how many seconds something was wrong. ``present`` agents give signs of life."""
    noticed: list[float] = []
    for n in range(int(seconds / TICK) + 1):
        for agent in present:
            service.heartbeat(town.services, agent)
        if watch(town.services):
            noticed.append(n * TICK)
        town.clock.pass_(seconds=TICK)
    return noticed


def routed(town: Town, calls: int, route: str = "line") -> None:
    for _ in range(calls):
        row = {"call_sid": town.new_sid(), "at": town.clock.now(), "ruleset_version": 1, "topic": "housing"}
        town.within(
            lambda tx, row=row: tx.connection.execute(  # type: ignore[misc]
                route_decision.insert().values(**row, language="fi", route=route, desk="housing", facts="{}")
            )
        )


def usually(town: Town, calls: int, weeks: int = 8) -> None:
    """This weekday's hours of the last weeks; we have been at work for an hour."""
    since = town.clock.machine() - 3600
    row = {"kind": "clock", "started_machine": since, "beat_machine": since}
    if not town.every(process_start):
        town.within(lambda tx: tx.connection.execute(process_start.insert().values(**row)))
    ten = TUESDAY.replace(minute=0)
    for week in range(1, weeks + 1):
        for hour in (-1, 0, 1):
            kept = Hour(ten + timedelta(hours=hour) - timedelta(weeks=week), calls, 60)
            town.within(lambda tx, kept=kept: usual_store.keep(tx.connection, kept))  # type: ignore[misc]


def ending(town: Town, token: str) -> None:
    town.act(lambda talk: talk.give_back(token, "unanswered"))


def answers(town: Town) -> None:
    """Somebody takes a matter, and is gone again."""
    name = f"agent{town.new_sid()[-6:]}"
    town.agent(name)
    town.request()
    town.accept(town.offered(name))


def texted(town: Town) -> int:
    return len(town.every(text_message, key="sms.alarm_none_answered"))


# --- calls in, none answered -----------------------------------------------------------------------------------------


def test_a_caller_who_is_not_dealt_though_somebody_is_free_is_noticed_within_two_minutes(town: Town) -> None:
    """Dealing stands still: nobody is rung."""
    town.agent("aino")
    town.clock.pass_(seconds=30)
    town.caller()
    noticed = ticks(town, 120, "aino")
    assert noticed
    assert noticed[0] <= 60
    assert town.one(alarm)["figure"] == "not_dealt 1"


def test_telephones_that_ring_for_nobody_are_noticed_within_two_minutes(town: Town) -> None:
    for name in ("aino", "bertil"):
        town.agent(name)
    for _ in range(2):
        town.caller()
    tokens = [town.offered(name) for name in ("aino", "bertil")]
    town.clock.pass_(seconds=22)
    assert watch(town.services) == ()
    for token in tokens:
        ending(town, token)
    assert watch(town.services) == (Finding("none_answered", "not_ringing 2"),)


def test_an_open_desk_without_anybody_is_noticed_at_the_third_caller(town: Town) -> None:
    routed(town, 2, "nobody")
    assert watch(town.services) == ()
    routed(town, 1, "nobody")
    assert watch(town.services) == (Finding("none_answered", "nobody_there 3"),)


def test_a_long_line_whose_agents_all_talk_is_no_alarm(town: Town) -> None:
    town.agent("aino")
    town.request()
    town.talking()
    for _ in range(5):
        town.caller()
    town.clock.pass_(minutes=3)
    assert ticks(town, 120, "aino") == []


def test_whom_an_agent_declined_is_not_hers_to_take(town: Town) -> None:
    town.agent("aino")
    town.clock.pass_(seconds=30)
    service.heartbeat(town.services, "aino")
    town.caller()
    token = town.offered("aino")
    town.act(lambda talk: talk.give_back(token, "declined", "topic"))
    town.clock.pass_(seconds=60)
    service.heartbeat(town.services, "aino")
    assert looked(town.services) == ()


def test_another_languages_caller_waits_without_alarm(town: Town) -> None:
    town.agent("aino", languages=("sv",))
    town.caller(language="fi")
    assert ticks(town, 120, "aino") == []


def test_an_empty_house_is_no_alarm(town: Town) -> None:
    assert ticks(town, 60) == []
    assert town.every(alarm) == []


# --- nothing in ------------------------------------------------------------------------------------------------------


def test_silence_at_a_busy_hour_is_noticed_within_two_minutes(town: Town) -> None:
    usually(town, 420)
    routed(town, 1)
    noticed = ticks(town, 150)
    assert noticed
    assert 60 < noticed[0] <= 120
    assert town.one(alarm)["kind"] == "nothing_in"


def test_calls_end_it(town: Town) -> None:
    usually(town, 420)
    routed(town, 1)
    assert ticks(town, 120)
    for _ in range(12):
        routed(town, 1)
        ticks(town, TICK)
    assert town.every(alarm, ended_at=None) == []
    assert town.items() == []


def test_dealt_with_is_off_the_board_and_the_alarm_runs_on_until_nothing_is_expected(town: Town) -> None:
    usually(town, 420)
    routed(town, 1)
    assert ticks(town, 120)
    assert close_item(town.services, "sirpa", None, town.one(supervisor_item)["id"])
    assert (ticks(town, 300)[-1] > 200, town.items(), town.one(alarm)["ended_at"]) == (True, [], None)
    town.clock.pass_(minutes=360)
    assert (ticks(town, 150), town.one(alarm)["ended_at"] is None) == ([], False)


def test_a_quiet_hour_and_a_new_town_are_left_in_peace(town: Town) -> None:
    routed(town, 1)
    assert ticks(town, 300) == []
    usually(town, 6)
    assert ticks(town, 300) == []


def test_our_own_beginning_is_no_silence(town: Town) -> None:
    usually(town, 420)
    routed(town, 1)
    town.clock.pass_(minutes=30)
    town.within(lambda tx: tx.connection.execute(process_start.update().values(started_machine=town.clock.machine())))
    assert watch(town.services) == ()
    town.clock.pass_(minutes=2)
    assert watch(town.services) != ()


# --- told once -------------------------------------------------------------------------------------------------------


def test_it_is_told_once_on_the_board_and_by_text_and_ends_by_itself(town: Town) -> None:
    routed(town, 3, "nobody")
    for _ in range(4):
        watch(town.services)
        town.clock.pass_(seconds=TICK)
    assert town.items() == ["none_answered"]
    [text] = town.every(text_message)
    assert text["key"] == "sms.alarm_none_answered"
    assert "{" not in text["body"]
    assert len(town.ordered("send_text")) == 1

    town.clock.pass_(minutes=10)
    answers(town)
    watch(town.services)
    assert town.items() == ["none_answered"], "well for a moment is not well"
    town.clock.pass_(minutes=1)
    watch(town.services)
    assert town.items() == ["none_answered"], "nor is a minute"
    town.clock.pass_(minutes=1)
    watch(town.services)
    assert town.items() == []
    assert town.one(alarm)["ended_at"] == town.clock.now()


def test_a_nights_few_callers_who_are_all_lost_are_one_alarm_and_one_text(town: Town) -> None:
    """Between them nobody rings: that is no sign that anybody would be answered."""
    for _ in range(4):
        routed(town, 3, "nobody")
        watch(town.services)
        for _ in range(25):
            town.clock.pass_(minutes=1)
            watch(town.services)
    assert len(town.every(alarm)) == texted(town) == 1
    assert town.items() == ["none_answered"]
    for _ in range(20):
        town.clock.pass_(minutes=1)
        watch(town.services)
    assert town.items() == [], "half an hour in which nobody was lost"


def test_an_alarm_that_comes_and_goes_is_texted_again_after_half_an_hour_only(town: Town) -> None:
    def lost_and_answered() -> None:
        routed(town, 3, "nobody")
        watch(town.services)
        town.clock.pass_(minutes=10)
        answers(town)
        for _ in range(2):
            watch(town.services)
            town.clock.pass_(minutes=2, seconds=1)
        assert town.items() == []

    lost_and_answered()
    lost_and_answered()
    assert (len(town.every(alarm)), texted(town)) == (2, 1)
    town.clock.pass_(minutes=30)
    lost_and_answered()
    assert (len(town.every(alarm)), texted(town)) == (3, 2)


def test_what_comes_back_at_once_goes_on(town: Town) -> None:
    found = Finding("none_answered", "not_dealt 1")
    with town.services.database.write() as tx:
        assert alarm_store.begin(tx.connection, found, town.clock.now())
        assert not alarm_store.begin(tx.connection, found, town.clock.now())
        alarm_store.clear(tx.connection, found.kind, town.clock.now())
        alarm_store.still(tx.connection, found.kind)
    assert town.one(alarm)["clear_since_at"] is None


def test_nothing_is_written_while_all_is_well(town: Town) -> None:
    watch(town.services)
    assert town.every(alarm) == []
    assert town.every(supervisor_item) == []


# --- what is usual ---------------------------------------------------------------------------------------------------


def test_whole_hours_are_counted_once_each_call_once(town: Town) -> None:
    town.clock.business = TUESDAY - timedelta(hours=3, minutes=10)
    routed(town, 1)
    for hour in range(3):
        town.clock.business = TUESDAY - timedelta(hours=2 - hour) + timedelta(minutes=5)
        routed(town, hour + 1)
        row = town.every(route_decision)[-1]
        again = {name: row[name] for name in row if name != "id"}
        town.within(lambda tx, again=again: tx.connection.execute(route_decision.insert().values(**again)))  # type: ignore[misc]
    assert count_hours(town.services) == 3
    assert count_hours(town.services) == 0
    counted = {row["start_at"]: row["calls"] for row in town.every(traffic_hour)}
    assert counted == {TUESDAY - timedelta(hours=n): calls for n, calls in ((1, 2), (2, 1), (3, 0))}


def test_a_town_without_calls_has_nothing_usual(town: Town) -> None:
    assert count_hours(town.services) == 0
