"""What the provider tells of a talk's recording: late, doubled, out of order, forged; and what is done when it tells
nothing at all."""

import logging
from collections.abc import Iterator

import pytest

from adapters.schema import recording
from adapters.voice_gateway import ProviderRecording
from desks.talk.pause_recording import pause
from queue_workers import record_effects
from queue_workers.record_repairs import recorded_talks
from tests.support.provider import LOST
from tests.support.recorded import kinds, live, recorded, recording_rules, runs
from tests.support.services import Town
from tests.support.talks import Talk
from tests.support.telephone import Telephone

FILE = "RE" + "f" * 32
OTHER = "RE" + "0" * 32


@pytest.fixture
def town(record: str) -> Iterator[Town]:
    one = Town.over(record, rules=recording_rules())
    yield one
    one.services.database.dispose()


@pytest.fixture
def talk(town: Town) -> Talk:
    return live(town)


def told(town: Town, word: str, sid: str | None = None, **other: str) -> int:
    """The provider's news about the one talk that is recorded; ``k`` and ``CallSid`` its own unless they are given."""
    row = recorded(town)
    form = {"RecordingSid": sid or row["recording_sid"] or FILE, "RecordingStatus": word, "RecordingDuration": "93"}
    telephone = Telephone.at(town, sid=other.pop("CallSid", row["call_sid"]))
    token = other.pop("k", row["token"])
    return telephone.send(f"/voice/recording/talk?k={token}", **(form | other)).status_code


def over(talk: Talk) -> None:
    talk.town.act(lambda c: c.talk_over(talk.token))


# --- news --------------------------------------------------------------------------------------------------------


def test_the_file_is_whole_after_the_call(talk: Talk) -> None:
    town = talk.town
    sid = runs(town)["recording_sid"]
    over(talk)
    for _ in range(2):
        assert told(town, "completed") == 204
    row = recorded(town)
    assert (row["state"], row["seconds"], row["recording_sid"]) == ("kept", 93, sid)
    assert town.ordered("fetch_recording") == [row["id"]]


def test_the_file_is_whole_before_we_know_that_the_talk_is_over(talk: Talk) -> None:
    town = talk.town
    runs(town)
    told(town, "completed")
    assert (recorded(town)["state"], recorded(town)["ended_at"]) == ("kept", town.clock.now())
    over(talk)
    town.carry_out()
    assert (recorded(town)["state"], kinds(town)) == ("kept", ["record"])


def test_news_out_of_order_change_nothing_back(talk: Talk) -> None:
    town = talk.town
    runs(town)
    over(talk)
    for word in ("completed", "in-progress", "absent", "completed"):
        assert told(town, word) == 204
    assert (recorded(town)["state"], recorded(town)["failed"]) == ("kept", None)
    assert len(town.ordered("fetch_recording")) == 1


def test_absent_is_noted_and_never_fetched(talk: Talk) -> None:
    town = talk.town
    runs(town)
    over(talk)
    told(town, "absent")
    assert (recorded(town)["state"], recorded(town)["failed"]) == ("absent", "absent")
    assert town.ordered("fetch_recording") == []
    told(town, "completed")
    assert (recorded(town)["state"], recorded(town)["failed"]) == ("kept", None), "there is a file after all"


def test_the_lost_answer_to_our_order_is_adopted(talk: Talk) -> None:
    town = talk.town
    town.gateway.answers(LOST)
    record_effects.start_recording(town.services, recorded(town)["id"])
    told(town, "in-progress", FILE)
    row = recorded(town)
    assert (row["state"], row["recording_sid"], row["asked_machine"]) == ("running", FILE, None)
    town.carry_out()
    assert kinds(town) == ["record"]


def test_adopted_when_the_talk_is_over_it_is_stopped(talk: Talk) -> None:
    town = talk.town
    town.gateway.answers(LOST)
    record_effects.start_recording(town.services, recorded(town)["id"])
    over(talk)
    told(town, "in-progress", FILE)
    town.carry_out()
    assert [o.to for o in town.gateway.ordered("stop")] == [FILE]
    assert recorded(town)["state"] == "ended"


def test_adopted_it_is_paused_as_the_agent_has_asked(talk: Talk) -> None:
    town = talk.town
    town.gateway.answers(LOST)
    record_effects.start_recording(town.services, recorded(town)["id"])
    pause(town.services, "aino", talk.token, True)
    told(town, "in-progress", FILE)
    town.carry_out()
    assert recorded(town)["state"] == "paused"


@pytest.mark.parametrize(
    "forged",
    [
        {"sid": OTHER},
        {"CallSid": "CA" + "9" * 32},
        {"k": "0" * 32},
        {"k": ""},
        {"sid": "RE../../etc/passwd"},
        {"sid": "RE" + "F" * 32},
        {"word": "failed"},
        {"word": ""},
        {"word": "completed\n"},
    ],
)
def test_what_is_forged_or_broken_is_a_line_in_the_log_and_nothing_else(
    talk: Talk, caplog: pytest.LogCaptureFixture, forged: dict[str, str]
) -> None:
    town = talk.town
    runs(town)
    before = town.every(recording)
    caplog.set_level(logging.WARNING, "ivr")
    assert told(town, **({"word": "completed"} | forged)) == 204
    assert town.every(recording) == before
    assert town.ordered("fetch_recording") == []
    assert [line.message for line in caplog.records if line.name == "ivr"] == ["recording of a talk not taken"]


def test_a_name_that_another_recording_bears_is_not_adopted(talk: Talk) -> None:
    town = talk.town
    first = runs(town)
    over(talk)
    second = {**first, "id": "second", "token": "t" * 32, "offer_token": "another", "recording_sid": None}
    town.within(lambda tx: tx.connection.execute(recording.insert().values(**second | {"state": "asked"})))
    sid = first["recording_sid"]
    form = {"RecordingSid": sid, "RecordingStatus": "in-progress"}
    told_at = f"/voice/recording/talk?k={'t' * 32}"
    assert Telephone.at(town, sid=first["call_sid"]).send(told_at, **form).status_code == 204
    assert town.one(recording, id="second")["recording_sid"] is None


@pytest.mark.parametrize("length", ["", "-5", "9" * 40, "abc"])
def test_a_broken_length_loses_no_file(talk: Talk, length: str) -> None:
    town = talk.town
    runs(town)
    over(talk)
    told(town, "completed", RecordingDuration=length)
    assert recorded(town)["state"] == "kept"
    assert len(town.ordered("fetch_recording")) == 1


# --- no news -----------------------------------------------------------------------------------------------------


def listed(talk: Talk, sid: str, status: str, seconds: int | None = None, *, ours: bool = True) -> None:
    talk.town.gateway.records(talk.resident, ProviderRecording(sid, status, seconds, ours))


def later(town: Town, seconds: float = 61) -> None:
    town.clock.pass_(seconds=seconds)
    recorded_talks(town.services)


def unanswered(talk: Talk) -> None:
    """As when the worker dies between the provider's answer and our note."""
    talk.town.gateway.answers(LOST)
    record_effects.start_recording(talk.town.services, recorded(talk.town)["id"])


def test_what_runs_without_our_knowing_is_found_in_the_list(talk: Talk) -> None:
    town = talk.town
    unanswered(talk)
    listed(talk, FILE, "in-progress")
    later(town, 5)
    assert recorded(town)["state"] == "asked", "its answer may still be on the way"
    later(town, 6)
    assert (recorded(town)["state"], recorded(town)["recording_sid"]) == ("running", FILE)
    later(town)
    town.carry_out()
    assert kinds(town) == ["record"]


def test_a_message_of_the_same_call_is_not_taken_for_it(talk: Talk) -> None:
    town = talk.town
    unanswered(talk)
    listed(talk, FILE, "completed", 12, ours=False)
    later(town)
    assert (recorded(town)["state"], recorded(town)["recording_sid"]) == ("asked", None)


def test_never_begun_is_known_only_once_the_call_is_over(talk: Talk) -> None:
    town = talk.town
    unanswered(talk)
    town.gateway.knows(talk.resident, "in-progress")
    over(talk)
    later(town)
    assert recorded(town)["state"] == "ended"
    town.gateway.cannot_be_asked()
    later(town)
    assert recorded(town)["state"] == "ended"
    town.gateway.can_be_asked()
    town.gateway.knows(talk.resident, "completed")
    later(town)
    assert (recorded(town)["state"], recorded(town)["failed"]) == ("absent", "never came")
    assert kinds(town) == ["record"]


def test_an_order_that_was_lost_is_given_again(talk: Talk) -> None:
    """The outbox's row itself is gone, or was given up."""
    town = talk.town
    town.within(lambda tx: tx.connection.exec_driver_sql("DELETE FROM outbox"))
    later(town)
    runs(town)
    assert kinds(town) == ["record"]


def test_paused_is_wanted_and_it_runs(talk: Talk) -> None:
    town = talk.town
    runs(town)
    pause(town.services, "aino", talk.token, True)
    town.within(lambda tx: tx.connection.exec_driver_sql("DELETE FROM outbox"))
    for _ in range(3):
        later(town)
    assert len(town.orders()) == 1, "ordered once, however often it is looked at"
    town.carry_out()
    assert recorded(town)["state"] == "paused"
    later(town)
    assert town.orders() == []


def test_the_talk_is_over_and_the_recording_was_not(talk: Talk) -> None:
    town = talk.town
    runs(town)
    over(talk)
    town.within(lambda tx: tx.connection.exec_driver_sql("UPDATE recording SET state = 'running', wanted = 'on'"))
    later(town)
    assert (recorded(town)["state"], recorded(town)["wanted"]) == ("ended", "off")


def test_the_news_of_the_file_was_lost(talk: Talk) -> None:
    town = talk.town
    sid = runs(town)["recording_sid"]
    over(talk)
    listed(talk, sid, "processing")
    later(town)
    assert recorded(town)["state"] == "ended"
    listed(talk, sid, "completed", 71)
    later(town)
    later(town)
    assert (recorded(town)["state"], recorded(town)["seconds"]) == ("kept", 71)
    assert len(town.ordered("fetch_recording")) == 1


def test_a_stop_that_was_lost_is_ordered_again(talk: Talk) -> None:
    town = talk.town
    sid = runs(town)["recording_sid"]
    over(talk)
    town.within(lambda tx: tx.connection.exec_driver_sql("DELETE FROM outbox"))
    listed(talk, sid, "in-progress")
    later(town)
    town.carry_out()
    assert kinds(town) == ["record", "stop"]
