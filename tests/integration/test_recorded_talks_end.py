"""When the recording of a talk ends: with the talk, with a transfer, or before it began; and what its refusal means."""

from collections.abc import Iterator

import pytest

from adapters.schema import recording
from desks.talk.pause_recording import pause
from desks.talk.transfer import Changed
from queue_workers import record_effects
from tests.support.provider import BUSY_PROVIDER, LOST, REFUSED
from tests.support.recorded import BEGUN, kinds, live, recorded, recording_rules, runs
from tests.support.services import Town
from tests.support.talks import Talk, asked, consulting


@pytest.fixture
def town(record: str) -> Iterator[Town]:
    one = Town.over(record, rules=recording_rules())
    yield one
    one.services.database.dispose()


@pytest.fixture
def talk(town: Town) -> Talk:
    return live(town)


# --- ends --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("begun", sorted(BEGUN))
def test_it_ends_with_the_talk(town: Town, begun: str) -> None:
    talk = BEGUN[begun](town)
    sid = runs(town)["recording_sid"]
    talk.her_leg_ends() if talk.line else town.act(lambda c: c.talk_over(talk.token))
    row = recorded(town)
    assert (row["state"], row["wanted"], row["ended_at"]) == ("ended", "off", town.clock.now())
    town.carry_out()
    assert [o.to for o in town.gateway.ordered("stop")] == [sid]


def test_a_paused_one_just_ends(talk: Talk) -> None:
    town = talk.town
    runs(town)
    pause(town.services, "aino", talk.token, True)
    town.carry_out()
    town.act(lambda c: c.talk_over(talk.token))
    town.carry_out()
    assert (recorded(town)["state"], kinds(town)) == ("ended", ["record", "pause", "stop"])


def test_over_before_the_provider_was_asked(talk: Talk) -> None:
    town = talk.town
    town.act(lambda c: c.talk_over(talk.token))
    town.carry_out()
    assert (recorded(town)["state"], kinds(town)) == ("absent", [])


def test_over_while_the_provider_is_asked(talk: Talk) -> None:
    town = talk.town
    town.gateway.during("record", lambda: town.act(lambda c: c.talk_over(talk.token)))
    town.carry_out()
    assert recorded(town)["state"] == "ended"
    assert recorded(town)["recording_sid"] is not None
    town.carry_out()
    assert kinds(town) == ["record", "stop"]


def test_refused_is_said_and_not_tried_again(talk: Talk) -> None:
    town = talk.town
    town.gateway.answers(REFUSED)
    record_effects.start_recording(town.services, recorded(town)["id"])
    town.carry_out()
    assert (recorded(town)["state"], recorded(town)["failed"]) == ("absent", "refused 400 21211")
    assert kinds(town) == ["record"]


def test_a_busy_provider_is_asked_again(town: Town) -> None:
    live(town)
    town.gateway.answers(BUSY_PROVIDER)
    assert record_effects.start_recording(town.services, recorded(town)["id"]) == record_effects.AGAIN_SECONDS
    assert recorded(town)["state"] == "asked"
    runs(town)
    assert kinds(town) == ["record", "record"]


def test_an_unknown_answer_is_never_asked_for_again(talk: Talk) -> None:
    town = talk.town
    town.gateway.answers(LOST)
    assert record_effects.start_recording(town.services, recorded(town)["id"]) == "unknown: ReadTimeout"
    town.carry_out()
    assert (recorded(town)["state"], kinds(town)) == ("asked", ["record"])


# --- handed on ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("begun", sorted(BEGUN))
def test_a_blind_transfer_ends_it_and_the_next_department_has_none(town: Town, begun: str) -> None:
    talk = BEGUN[begun](town)
    runs(town)
    town.agent("pirkko", ("streets",))
    assert talk.asks("blind", "desk", "streets") == Changed()
    town.carry_out()
    assert (recorded(town)["state"], kinds(town)) == ("ended", ["record", "stop"])
    token = town.offered("pirkko")
    town.accept(token, "CA" + "e" * 32)
    town.act(lambda c: c.caller_joined(town.offer(token)["caller_id"]))
    assert town.offer(token)["state"] == "connected"
    town.carry_out()
    assert len(town.every(recording)) == 1


@pytest.mark.parametrize("begun", sorted(BEGUN))
def test_a_consultation_is_not_recorded_and_the_taker_has_one_of_her_own(town: Town, begun: str) -> None:
    """Whose matter it is stays: the colleague talks about the same department's."""
    talk = BEGUN[begun](town)
    first = runs(town)
    token = consulting(talk)
    assert recorded(town)["state"] == "paused"
    talk.does("complete")
    town.carry_out()
    rows = {row["offer_token"]: row for row in town.every(recording)}
    assert (rows[talk.token]["state"], rows[token]["state"]) == ("ended", "running")
    assert (rows[token]["agent_id"], rows[token]["call_sid"]) == ("pirkko", first["call_sid"])
    asked_for = kinds(town)
    assert asked_for.index("stop") < asked_for.index("record", 1), "never two at once of one leg"


def test_taken_back_it_goes_on(talk: Talk) -> None:
    town = talk.town
    runs(town)
    asked(talk)
    town.carry_out()
    assert recorded(town)["state"] == "paused"
    talk.does("take_back")
    town.carry_out()
    assert recorded(town)["state"] == "running"
    assert len(town.every(recording)) == 1
