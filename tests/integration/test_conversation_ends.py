"""How a talk ends, and how an agent is lost: her leg, the caller's, the wrap-up, dead browsers. On both databases."""

import pytest

from adapters.schema import line_event, presence
from bootstrap import record_start
from desks import service
from desks.talk.conversation_end import RELEASE_SECONDS
from queue_workers import reconcile
from tests.support.services import Town

LEG = "CA" + "a" * 32

# --- the ends -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["live", "callback"])
@pytest.mark.parametrize(
    ("status", "why"),
    [("no-answer", "unanswered"), ("busy", "busy"), ("canceled", "unanswered"), ("completed", "lost")],
)
def test_her_leg_ends_while_it_rings(town: Town, kind: str, status: str, why: str) -> None:
    town.agent("aino")
    matter = town.caller() if kind == "live" else town.request()
    token = town.offered("aino")
    town.act(lambda c: c.agent_leg_ended(token, status))
    assert town.offer(token)["outcome"] == why
    assert (town.stay(matter) if kind == "live" else town.promise(matter))["state"] in ("waiting", "requested")
    assert _presence(town, "aino") == ("available" if why == "busy" else "away")


def test_her_leg_ends_on_the_way_to_the_room(town: Town) -> None:
    town.agent("aino")
    line = town.caller()
    token = town.offered("aino")
    town.accept(token)
    town.act(lambda c: c.agent_leg_ended(token, "completed"))
    assert (town.stay(line)["state"], town.offer(token)["outcome"]) == ("waiting", "lost")
    assert town.ordered("return_caller") == [token]


def test_her_leg_ends_while_the_residents_telephone_rings(town: Town) -> None:
    """Nothing is known yet: the Dial action, the resident's leg or the quarantine decides, never a second ring."""
    town.agent("aino")
    request = town.request()
    token = town.offered("aino")
    town.accept(token)
    town.act(lambda c: c.agent_leg_ended(token, "completed"))
    assert (town.promise(request)["state"], town.offer(token)["state"]) == ("dialing", "dialing")
    assert town.offer(token)["leg_ended_machine"] == town.clock.machine()


def test_her_leg_ends_during_the_talk(town: Town) -> None:
    town.agent("aino")
    request = town.request()
    token = town.talking()
    town.act(lambda c: c.agent_leg_ended(token, "completed"))
    assert (town.promise(request)["state"], town.offer(token)["state"]) == ("connected", "wrapup")


@pytest.mark.parametrize(
    ("reached", "state", "offer_state"),
    [
        ("waiting", "left", None),
        ("offered", "left", "ended"),
        ("bridging", "left", "ended"),
        ("talking", "done", "wrapup"),
    ],
)
def test_the_caller_hangs_up(town: Town, reached: str, state: str, offer_state: str | None) -> None:
    line = town.caller()
    token = _brought_to(town, line, reached)
    town.act(lambda c: c.caller_hung_up(line))
    assert town.stay(line)["state"] == state
    if token is not None:
        assert town.offer(token)["state"] == offer_state
    if reached == "bridging":
        assert town.ordered("end_leg") == [LEG]
    assert _presence(town, "aino") in (None, "available")


def test_who_hangs_up_twice_has_hung_up_once(town: Town) -> None:
    line = town.caller()
    for _ in range(2):
        town.act(lambda c: c.caller_hung_up(line))

    assert [row["event"] for row in town.every(line_event, caller_id=line)] == ["join", "hang_up"]


def test_an_unnoted_talk_is_done_after_the_wrap_up_and_shown_to_the_supervisor(town: Town) -> None:
    town.agent("aino")
    request = town.request()
    token = town.talking()
    town.act(lambda c: c.talk_over(token))
    town.clock.pass_(minutes=2)
    reconcile.overdue_offers(town.services)
    assert town.offer(token)["state"] == "wrapup"
    town.clock.pass_(minutes=1, seconds=1)
    reconcile.overdue_offers(town.services)
    assert (town.promise(request)["state"], town.promise(request)["outcome"]) == ("done", "unnoted")
    assert town.items() == ["unnoted"]
    assert town.held("aino") is None


def test_a_break_wished_during_the_call_begins_after_it(town: Town) -> None:
    town.agent("aino")
    town.request()
    token = town.talking()
    assert service.break_after_call(town.services, "aino", True)
    assert service.note_outcome(town.services, "aino", token, "done")
    assert _presence(town, "aino") == "break"
    town.request(topic="building-permits")
    assert town.deal() == 0


# --- dead browsers ------------------------------------------------------------------------------------------------


def test_a_dead_browsers_matter_goes_to_somebody_else(town: Town) -> None:
    town.agent("aino")
    line = town.caller()
    town.offered("aino")
    town.clock.pass_(seconds=16)
    town.agent("eero")
    reconcile.lost_agents(town.services)
    assert _presence(town, "aino") == "away"
    town.deal()
    held = town.held("eero")
    assert held is not None
    assert held["caller_id"] == line


def test_a_dead_browser_does_not_end_a_talk(town: Town) -> None:
    town.agent("aino")
    request = town.request()
    token = town.talking()
    town.clock.pass_(seconds=60)
    reconcile.lost_agents(town.services)
    assert (town.promise(request)["state"], town.offer(token)["state"]) == ("connected", "connected")


@pytest.mark.parametrize("first", ["web", "clock"])
def test_heartbeats_missed_through_our_own_outage_get_grace(town: Town, first: str) -> None:
    town.agent("aino")
    town.caller()
    town.offered("aino")
    town.clock.pass_(seconds=90)  # nobody took the heartbeats
    record_start(town.services, first)
    reconcile.lost_agents(town.services)
    assert _presence(town, "aino") == "available"
    town.clock.pass_(seconds=16)  # now she could have been heard
    reconcile.lost_agents(town.services)
    assert _presence(town, "aino") == "away"


@pytest.mark.parametrize(("first", "dealt"), [("web", True), ("clock", False)])
def test_a_start_of_the_clock_alone_deals_nothing_to_who_fell_silent(town: Town, first: str, dealt: bool) -> None:
    town.agent("aino")
    town.caller()
    town.clock.pass_(seconds=90)
    record_start(town.services, first)
    town.deal()
    assert (town.held("aino") is not None) is dealt


# --- small pieces -------------------------------------------------------------------------------------------------


def _presence(town: Town, agent_id: str) -> str | None:

    rows = town.every(presence, agent_id=agent_id)
    return rows[0]["state"] if rows else None


def _brought_to(town: Town, line: str, state: str) -> str | None:
    if state == "waiting":
        return None
    town.agent("aino")
    token = town.offered("aino")
    if state in ("bridging", "talking"):
        town.accept(token, LEG)
    if state == "talking":
        town.act(lambda c: c.caller_joined(line))
    assert town.stay(line)["state"] == state
    return token


@pytest.mark.parametrize("told", [True, False])
def test_who_hangs_up_on_the_way_to_the_room_leaves_nobody_alone_in_it(town: Town, told: bool) -> None:
    """The step that leads her into the room is answered while she hangs up: it never sees her, and never ends."""
    town.agent("aino")
    line = town.caller()
    token = town.offered("aino")
    town.accept(token)
    town.act(lambda c: c.caller_joined(line))
    town.act(lambda c: c.caller_hung_up(line))
    if told:  # she was in it, and the agent's leg has ended with the room
        town.act(lambda c: c.agent_leg_ended(token, "completed"))
    town.clock.pass_(seconds=RELEASE_SECONDS + 1)
    town.carry_out()
    ended = [order.to for order in town.gateway.ordered("end")]
    assert ended == ([] if told else [town.offer(token)["agent_call_sid"]])
