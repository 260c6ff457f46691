"""Talks that are recorded: when it begins, what the agent and hold do to it, what the provider then does."""

from collections.abc import Iterator

import pytest

from adapters.schema import outbox, recording
from desks import store
from desks.talk import transfer as transfers
from desks.talk.pause_recording import pause
from desks.talk.recorded import talk_began
from desks.talk.transfer import Changed, MovedOn
from queue_workers import effects, record_effects
from tests.support.provider import LOST, REFUSED
from tests.support.recorded import BEGUN, callback, kinds, live, recorded, recording_rules, runs
from tests.support.services import Town
from tests.support.talks import Talk


@pytest.fixture
def town(record: str) -> Iterator[Town]:
    one = Town.over(record, rules=recording_rules())
    yield one
    one.services.database.dispose()


@pytest.fixture
def talk(town: Town) -> Talk:
    return live(town)


def hold(talk: Talk, on: bool) -> object:
    return transfers.hold(talk.town.services, "aino", talk.token, on)


def paused_by_her(talk: Talk, on: bool = True) -> object:
    return pause(talk.town.services, "aino", talk.token, on)


# --- begins ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("begun", sorted(BEGUN))
def test_the_residents_leg_is_recorded_from_the_moment_they_talk(town: Town, begun: str) -> None:
    talk = BEGUN[begun](town)
    assert recorded(town)["state"] == "asked"
    assert (recorded(town)["recording_sid"], recorded(town)["offer_token"]) == (None, talk.token)
    row = runs(town)
    (order,) = town.gateway.ordered("record")
    assert order.to == talk.resident
    assert order.url.startswith(f"{town.services.base}/voice/recording/talk?k={row['token']}#")
    assert (row["agent_id"], row["department"], row["topic"], row["language"]) == ("aino", "housing", "housing", "fi")


@pytest.mark.parametrize("begun", sorted(BEGUN))
@pytest.mark.parametrize(("told", "declined"), [(False, False), (True, True), (False, True)])
def test_untold_or_declined_is_not_recorded(town: Town, begun: str, told: bool, declined: bool) -> None:
    BEGUN[begun](town, told=told, declined=declined)
    town.carry_out()
    assert (town.every(recording), kinds(town)) == ([], [])


@pytest.mark.parametrize("begun", sorted(BEGUN))
def test_a_department_whose_rules_do_not_say_so_records_nothing(record: str, begun: str) -> None:
    town = Town.over(record, rules=recording_rules("streets"))
    BEGUN[begun](town)
    town.carry_out()
    assert (town.every(recording), kinds(town)) == ([], [])


def test_who_is_told_after_she_has_answered_is_recorded_from_then_on(town: Town) -> None:
    """The news that she has answered comes before the first words are over."""
    talk = callback(town, told=False)
    assert town.every(recording) == []
    now = town.clock.now()
    town.within(lambda tx: store.note_offer(tx.connection, talk.token, recording_told_at=now))
    town.act(lambda c: talk_began(c, talk.token))
    town.act(lambda c: talk_began(c, talk.token))
    assert runs(town)["offer_token"] == talk.token


# --- the agent's pause, and hold ---------------------------------------------------------------------------------


def test_a_pause_is_a_state_only_once_the_provider_has_confirmed_it(talk: Talk) -> None:
    town = talk.town
    sid = runs(town)["recording_sid"]
    assert paused_by_her(talk) == Changed()
    assert (recorded(town)["wanted"], recorded(town)["state"]) == ("paused", "running")
    town.carry_out()
    assert recorded(town)["state"] == "paused"
    assert [o.to for o in town.gateway.ordered("pause")] == [sid]
    assert paused_by_her(talk, False) == Changed()
    assert recorded(town)["state"] == "paused"
    town.carry_out()
    assert recorded(town)["state"] == "running"
    assert kinds(town) == ["record", "pause", "resume"]


def test_a_refused_pause_is_still_running_and_is_asked_for_again_by_her_key(talk: Talk) -> None:
    town = talk.town
    runs(town)
    paused_by_her(talk)
    town.gateway.answers(REFUSED)
    assert ("set_recording", "refused 400 21211") in town.carry_out()
    assert (recorded(town)["wanted"], recorded(town)["state"]) == ("paused", "running")
    paused_by_her(talk)
    town.carry_out()
    assert recorded(town)["state"] == "paused"


def test_a_pause_whose_answer_is_lost_is_asked_for_until_it_is_confirmed(talk: Talk) -> None:
    town = talk.town
    runs(town)
    paused_by_her(talk)
    town.gateway.answers(LOST)
    assert ("set_recording", None) in town.carry_out()
    assert recorded(town)["state"] == "running"
    town.clock.pass_(seconds=2)
    town.carry_out()
    assert recorded(town)["state"] == "paused"


def test_after_a_lost_answer_going_on_is_said_too(talk: Talk) -> None:
    """The pause may have had its effect: *running* in the record is no reason to say nothing."""
    town = talk.town
    runs(town)
    paused_by_her(talk)
    town.gateway.answers(LOST)
    town.carry_out()
    paused_by_her(talk, False)
    town.carry_out()
    assert kinds(town)[-1] == "resume"
    assert recorded(town)["state"] == "running"


def test_one_change_at_a_time_and_the_later_word_stands(talk: Talk) -> None:
    town = talk.town
    runs(town)
    paused_by_her(talk)

    def she_goes_on_meanwhile() -> None:
        paused_by_her(talk, False)
        (order,) = [o for o in town.orders() if o["kind"] == "set_recording" and o["lease_machine"] is None]
        effects.carry_out(town.services, order["id"])
        assert "resume" not in kinds(town), "while the pause is under way nothing else is asked for"

    town.gateway.during("pause", she_goes_on_meanwhile)
    town.carry_out()
    town.clock.pass_(seconds=1)
    town.carry_out()
    assert kinds(town) == ["record", "pause", "resume"]
    assert recorded(town)["state"] == "running"


def test_orders_that_come_late_or_twice_say_what_is_wanted_by_then(talk: Talk) -> None:
    town = talk.town
    row = runs(town)
    paused_by_her(talk)
    paused_by_her(talk, False)
    town.carry_out()
    assert kinds(town) == ["record"]
    assert record_effects.set_recording(town.services, f"{row['id']}.x") == "not wanted"
    assert record_effects.start_recording(town.services, row["id"]) == "not wanted"
    assert record_effects.stop_recording(town.services, row["id"]) == "not wanted"
    assert kinds(town) == ["record"]


def test_on_hold_nothing_is_recorded_and_then_it_goes_on(talk: Talk) -> None:
    town = talk.town
    runs(town)
    hold(talk, True)
    town.carry_out()
    assert (recorded(town)["state"], recorded(town)["wanted"]) == ("paused", "on")
    hold(talk, False)
    town.carry_out()
    assert recorded(town)["state"] == "running"


def test_her_pause_outlasts_a_hold(talk: Talk) -> None:
    town = talk.town
    runs(town)
    paused_by_her(talk)
    hold(talk, True)
    town.carry_out()
    hold(talk, False)
    town.carry_out()
    assert (recorded(town)["state"], kinds(town)) == ("paused", ["record", "pause"])


def test_paused_before_the_provider_has_begun(talk: Talk) -> None:
    town = talk.town
    paused_by_her(talk)
    town.carry_out()
    town.carry_out()
    assert kinds(town) == ["record", "pause"]
    assert recorded(town)["state"] == "paused"


def test_only_the_agent_of_the_talk_pauses_it(talk: Talk) -> None:
    town = talk.town
    runs(town)
    town.agent("pirkko")
    assert pause(town.services, "pirkko", talk.token, True) == MovedOn()
    talk.her_leg_ends()
    assert paused_by_her(talk) == MovedOn()
    assert "set_recording" not in {row["kind"] for row in town.every(outbox)}
