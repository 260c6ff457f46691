"""From the offer to the note: accepts, give-backs, misses and ends, on both databases."""

import pytest

from adapters.schema import presence
from desks import service
from tests.support.services import Town

LEG, OTHER_LEG = "CA" + "a" * 32, "CA" + "b" * 32

# --- the accept ---------------------------------------------------------------------------------------------------


def test_a_callbacks_accept_dials_the_resident_and_counts_the_ring(town: Town) -> None:
    town.agent("aino")
    request = town.request()
    answer = town.accept(town.offered("aino"))
    assert "<Dial" in answer
    assert "<Number" in answer
    row = town.promise(request)
    assert (row["state"], row["attempts"], row["last_attempt_at"]) == ("dialing", 1, town.clock.now())


def test_a_callers_accept_leads_both_legs_to_one_room(town: Town) -> None:
    town.agent("aino")
    line = town.caller()
    token = town.offered("aino")
    assert f"m-{line}" in town.accept(token)
    assert town.stay(line)["state"] == "bridging"
    assert town.ordered("bring_caller") == [token]


def test_a_retried_accept_gets_the_same_answer_and_rings_once(town: Town) -> None:
    town.agent("aino")
    request = town.request()
    token = town.offered("aino")
    assert town.accept(token, LEG) == town.accept(token, LEG)
    assert town.promise(request)["attempts"] == 1


def test_a_second_leg_with_the_same_token_dials_nobody(town: Town) -> None:
    town.agent("aino")
    request = town.request()
    token = town.offered("aino")
    town.accept(token, LEG)
    assert "<Dial" not in town.accept(token, OTHER_LEG)
    assert town.promise(request)["attempts"] == 1


@pytest.mark.parametrize("kind", ["live", "callback"])
def test_a_stale_token_dials_nobody(town: Town, kind: str) -> None:
    town.agent("aino")
    matter = town.caller() if kind == "live" else town.request()
    token = town.offered("aino")
    town.act(lambda c: c.give_back(token, "unknown"))
    answer = town.accept(token)
    assert "<Dial" not in answer
    assert "<Hangup" in answer
    state = town.stay(matter)["state"] if kind == "live" else town.promise(matter)["state"]
    assert state == ("waiting" if kind == "live" else "requested")


def test_a_token_that_never_was_dials_nobody(town: Town) -> None:
    assert "<Dial" not in town.accept("nobody")


# --- back at the old place ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("why", "presence"),
    [("declined", "available"), ("unanswered", "away"), ("lost", "away"), ("unknown", "available")],
)
@pytest.mark.parametrize("kind", ["live", "callback"])
def test_what_is_given_back_keeps_its_place_and_is_no_attempt(town: Town, kind: str, why: str, presence: str) -> None:
    town.agent("aino")
    matter = town.caller() if kind == "live" else town.request()
    rang_at = town.clock.now()
    token = town.offered("aino")
    town.clock.pass_(seconds=10)
    assert town.act(lambda c: c.give_back(token, why)) is True
    row = town.stay(matter) if kind == "live" else town.promise(matter)
    assert row["state"] == ("waiting" if kind == "live" else "requested")
    assert row["line_time_at"] == rang_at
    assert row["offer_token"] is None
    assert row.get("attempts", 0) == 0
    assert town.offer(token)["outcome"] == why
    assert _presence(town, "aino") == presence


def test_what_was_given_back_cannot_be_given_back_again(town: Town) -> None:
    town.agent("aino")
    town.caller()
    token = town.offered("aino")
    town.act(lambda c: c.give_back(token, "declined"))
    assert town.act(lambda c: c.give_back(token, "lost")) is False
    assert town.offer(token)["outcome"] == "declined"
    assert _presence(town, "aino") == "available"


def test_a_declined_matter_comes_back_to_her_only_after_five_minutes(town: Town) -> None:
    town.agent("aino")
    town.agent("eero")
    service.set_presence(town.services, "eero", "available")
    line = town.caller()
    first = town.offered("aino")
    assert service.decline(town.services, "aino", first, "conflict")
    town.deal()
    assert town.held("aino") is None
    second = town.held("eero")
    assert second is not None
    assert second["caller_id"] == line
    town.act(lambda c: c.give_back(second["token"], "unanswered"))  # eero is away now, and no longer on duty
    assert town.deal() == 1
    assert town.held("aino") is not None


def test_two_who_both_declined_are_asked_again_after_five_minutes(town: Town) -> None:
    town.agent("aino")
    town.agent("eero")
    town.caller()
    service.decline(town.services, "aino", town.offered("aino"), "language")
    service.decline(town.services, "eero", town.offered("eero"), "language")
    assert town.deal() == 0
    town.clock.pass_(minutes=5, seconds=1)
    for name in ("aino", "eero"):
        service.heartbeat(town.services, name)
    assert town.deal() == 1


def test_the_only_one_is_offered_what_she_declined(town: Town) -> None:
    town.agent("aino")
    town.caller()
    service.decline(town.services, "aino", town.offered("aino"), "wrong_desk")
    assert town.deal() == 1


def test_who_declines_because_she_must_leave_is_away_and_is_offered_nothing_more(town: Town) -> None:
    town.agent("aino")
    town.caller()
    service.decline(town.services, "aino", town.offered("aino"), "must_leave")
    assert _presence(town, "aino") == "away"
    assert town.deal() == 0


def test_another_agents_matter_cannot_be_declined_or_noted(town: Town) -> None:
    town.agent("aino")
    town.agent("eero", desks=("streets",))
    town.request()
    token = town.offered("aino")
    assert service.decline(town.services, "eero", token, "conflict") is False
    assert service.note_outcome(town.services, "eero", token, "done") is False
    assert town.offer(token)["state"] == "offered"


# --- small pieces -------------------------------------------------------------------------------------------------


def _presence(town: Town, agent_id: str) -> str | None:

    rows = town.every(presence, agent_id=agent_id)
    return rows[0]["state"] if rows else None
