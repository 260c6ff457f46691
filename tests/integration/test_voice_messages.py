"""The voice message webhook by webhook, on both databases: kept, heard, spoken anew, left by hanging up."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.schema import call, outbox, promise_told, recording, supervisor_item
from callbacks import store as promises
from callbacks.service import Promises
from queue_workers import sound_repairs
from recordings.vault import whole
from tests.support.media_house import Answer, MediaHouse, media_house, wav
from tests.support.messages import Speaker, carried_out, the_message
from tests.support.provider import LOST
from tests.support.services import Town

SOUND = wav()
HER_CALL = "CA" + "1" * 32


@pytest.fixture
def house() -> Iterator[MediaHouse]:
    with media_house(Answer(body=SOUND)) as one:
        yield one


@pytest.fixture
def town(record: str, house: MediaHouse, tmp_path: Path) -> Iterator[Town]:
    one = Town.over(record, TWILIO_API_BASE_URL=house.origin, DATA_DIR=str(tmp_path))
    yield one
    one.services.database.dispose()


@pytest.fixture
def speaker(town: Town) -> Speaker:
    return Speaker.at(town)


def test_a_message_is_recorded_until_the_hash_key_and_never_transcribed(speaker: Speaker) -> None:
    document = speaker.is_led_to_the_tone()
    for attribute in ('finishOnKey="#"', 'playBeep="true"', 'maxLength="120"', 'timeout="5"', 'trim="trim-silence"'):
        assert attribute in document
    assert "transcribe" not in document
    assert 'recordingStatusCallback="https://one-number.example/voice/recording?' in document


def test_a_kept_message_is_a_promise_with_sound_in_the_right_line(town: Town, speaker: Speaker) -> None:
    speaker.is_led_to_the_tone()
    asked = speaker.speaks()
    assert "paina yksi" in asked
    told = speaker.telephone.presses("1")
    left = the_message(town)
    request = town.one(promises.REQUEST)
    assert (left["state"], left["request_id"], left["kind"]) == ("kept", request["id"], "message")
    assert (request["department"], request["topic"], request["state"]) == ("housing", "housing", "requested")
    assert "Viestisi on tallessa." in told
    assert "Varmistusnumerosi" in told
    assert "<Hangup" in told


def test_too_short_is_not_kept_and_nothing_of_it_stays_anywhere(
    town: Town, speaker: Speaker, house: MediaHouse
) -> None:
    speaker.is_led_to_the_tone()
    again = speaker.speaks(seconds=1)
    assert "liian lyhyt" in again
    assert "<Record" in again
    speaker.provider_tells(seconds=1)
    offered = speaker.stays_silent()
    assert "Viestiä ei tallentunut." in offered
    assert "paina yksi" in offered, "the callback is offered"
    speaker.hangs_up()
    carried_out(town)
    assert [row["state"] for row in town.every(recording)] == ["dropped"]
    assert town.every(promises.REQUEST) == []
    assert house.asked == []
    assert len(town.gateway.ordered("delete_recording")) == 1


@pytest.mark.parametrize("order", ["action first", "status first", "call ended first"])
def test_who_hangs_up_has_left_a_message_whatever_comes_first(town: Town, speaker: Speaker, order: str) -> None:
    speaker.is_led_to_the_tone()
    if order == "action first":
        speaker.speaks(keys="hangup")
        speaker.hangs_up()
        speaker.provider_tells()
    elif order == "status first":
        speaker.recordings += 1
        speaker.provider_tells()
        speaker.telephone.post(speaker.action(), **speaker.form(8), Digits="hangup")
        speaker.hangs_up()
    else:
        speaker.hangs_up()
        speaker.speaks(keys="hangup")
        speaker.provider_tells()
    left, request = the_message(town), town.one(promises.REQUEST)
    assert (left["state"], left["request_id"]) == ("kept", request["id"])
    assert request["topic"] == "housing"


def test_who_hangs_up_at_the_choice_has_left_a_message(town: Town, speaker: Speaker) -> None:
    speaker.is_led_to_the_tone()
    speaker.speaks()
    speaker.hangs_up()
    assert the_message(town)["state"] == "kept"


def test_who_hung_up_was_told_no_time(town: Town, speaker: Speaker) -> None:
    speaker.is_led_to_the_tone()
    speaker.speaks()
    speaker.hangs_up()
    assert town.one(promises.REQUEST)["told"] is False
    assert town.one(promise_told)["via"] == "untold"


def test_who_says_nothing_at_the_choice_has_left_a_message(town: Town, speaker: Speaker) -> None:
    speaker.is_led_to_the_tone()
    speaker.speaks()
    speaker.telephone.waits()
    assert "Viestisi on tallessa." in speaker.telephone.waits()
    assert the_message(town)["state"] == "kept"
    assert (town.one(promises.REQUEST)["told"], town.one(promise_told)["via"]) == (True, "voice")


def test_the_news_of_a_recording_may_come_twice_and_late(town: Town, speaker: Speaker) -> None:
    speaker.is_led_to_the_tone()
    speaker.speaks()
    speaker.telephone.presses("1")
    speaker.hangs_up()
    for _ in range(2):
        assert speaker.provider_tells().status_code == 204
    assert len(town.every(recording)) == len(town.every(promises.REQUEST)) == 1
    assert len(town.every(outbox, kind="fetch_recording")) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"RecordingSid": "RE1"},
        {"RecordingSid": "RE" + "b" * 31 + "/"},
        {"RecordingSid": ""},
        {"RecordingStatus": "absent"},
        {"RecordingStatus": "failed"},
    ],
)
def test_news_of_no_recording_changes_nothing(town: Town, speaker: Speaker, changes: dict[str, str]) -> None:
    speaker.is_led_to_the_tone()
    assert speaker.provider_tells(8, **changes).status_code == 204
    assert town.every(recording) == []


def test_a_forged_recording_is_refused(town: Town, speaker: Speaker) -> None:
    speaker.is_led_to_the_tone()
    forged = {**speaker.form(8), "CallSid": HER_CALL, "RecordingStatus": "completed"}
    assert speaker.telephone.client.post("/voice/recording?t=housing", data=forged).status_code == 403
    assert town.every(recording) == []


def test_another_call_cannot_hear_keep_or_drop_a_message(town: Town, speaker: Speaker) -> None:
    speaker.is_led_to_the_tone()
    speaker.speaks()
    choice = speaker.telephone.next_url()
    stranger = Speaker.at(town, "+358409999999", "CA" + "2" * 32)
    for keys in ("1", "3"):
        stranger.telephone.post(choice.replace("n=", f"n={keys}"), Digits=keys)
    assert the_message(town)["state"] == "draft"
    assert "recorded" not in stranger.telephone.post(choice, Digits="2")


@pytest.mark.parametrize("number", ["anonymous", "+46701234567"])
def test_a_number_that_cannot_be_rung_leaves_a_message_without_a_promise(town: Town, number: str) -> None:
    speaker = Speaker.at(town, number)
    assert "miten voimme vastata" in speaker.is_led_to_the_tone()
    speaker.speaks()
    told = speaker.telephone.presses("1")
    assert "Emme voi luvata, että soitamme sinulle." in told
    left = the_message(town)
    assert (left["state"], left["request_id"], left["department"]) == ("kept", None, "housing")
    assert town.every(promises.REQUEST) == []


def test_a_second_message_about_the_same_matter_joins_the_first(town: Town, speaker: Speaker) -> None:
    speaker.is_led_to_the_tone()
    speaker.speaks()
    speaker.telephone.presses("1")
    speaker.hangs_up()
    again = Speaker.at(town, sid="CA" + "2" * 32)
    again.is_led_to_the_tone()
    again.speaks()
    assert "jo soittopyyntö" in again.telephone.presses("1")
    request = town.one(promises.REQUEST)
    assert [row["request_id"] for row in town.every(recording)] == [request["id"]] * 2


def test_a_message_to_the_duty_is_urgent_and_on_the_supervisors_list(town: Town, speaker: Speaker) -> None:
    speaker.is_led_to_the_tone(topic="housing", choice="duty")
    speaker.speaks()
    speaker.telephone.presses("1")
    left, request = the_message(town), town.one(promises.REQUEST)
    assert (left["kind"], left["urgent"], request["urgent"]) == ("duty", 1, True)
    item = town.one(supervisor_item)
    assert (item["kind"], item["request_id"], item["detail"]) == ("duty_unanswered", request["id"], left["id"])


def test_a_withheld_callers_message_to_the_duty_leaves_the_rest_of_the_list(town: Town) -> None:
    with town.services.database.write() as tx:
        Promises(town.services, tx, town.rules).raise_item("unreached", None)
    speaker = Speaker.at(town, number="anonymous")
    speaker.is_led_to_the_tone(topic="housing", choice="duty")
    speaker.speaks()
    speaker.hangs_up()
    assert town.items() == ["duty_unanswered", "unreached"]


def test_a_draft_whose_end_nobody_told_is_kept(town: Town, speaker: Speaker) -> None:
    speaker.is_led_to_the_tone()
    speaker.speaks()
    assert sound_repairs.left_drafts(town.services) == 0
    town.clock.pass_(minutes=11)
    town.gateway.knows(HER_CALL, "in-progress")
    assert sound_repairs.left_drafts(town.services) == 0, "she still talks"
    town.gateway.cannot_be_asked()
    assert sound_repairs.left_drafts(town.services) == 0, LOST
    town.gateway.can_be_asked()
    town.gateway.knows(HER_CALL, "completed")
    assert sound_repairs.left_drafts(town.services) == 1
    assert the_message(town)["state"] == "kept"


def test_a_draft_of_an_ended_call_is_kept_at_once(town: Town, speaker: Speaker) -> None:
    """The process died between the end of the call and the message."""
    speaker.is_led_to_the_tone()
    speaker.speaks()
    ended = call.update().where(call.c.call_sid == HER_CALL).values(ended_at=town.clock.now())
    town.within(lambda tx: tx.connection.execute(ended))
    assert sound_repairs.left_drafts(town.services) == 1
    assert the_message(town)["state"] == "kept"


def test_what_was_said_is_kept_although_the_end_of_the_call_was_told_first(town: Town, speaker: Speaker) -> None:
    """News come unordered, and the recording's own may never come."""
    speaker.is_led_to_the_tone()
    speaker.hangs_up()
    assert "<Hangup" in speaker.speaks(keys="hangup")
    assert sound_repairs.left_drafts(town.services) == 1
    assert the_message(town)["state"] == "kept"


def test_a_second_message_about_a_sensitive_matter_names_nothing(town: Town, speaker: Speaker) -> None:
    """Caller ID is no proof: whoever rings from this number hears that it stands, not what it is about."""
    topic = next(t for t in town.rules.topics if t.sensitive and t.department is not None)
    speaker.is_led_to_the_tone(topic.id)
    speaker.speaks()
    speaker.telephone.presses("1")
    speaker.hangs_up()
    code = str(town.one(promises.REQUEST)["code"])
    again = Speaker.at(town, sid="CA" + "2" * 32)
    again.is_led_to_the_tone(topic.id)
    again.speaks()
    told = again.telephone.presses("1")
    assert "Viestisi on tallessa." in told
    assert topic.about["fi"] not in told
    assert "Varmistusnumerosi" not in told, code


@pytest.mark.parametrize("length", ["", "-1", "about ten", "9" * 40])
def test_a_length_that_cannot_be_read_throws_no_sound_away(town: Town, speaker: Speaker, length: str) -> None:
    speaker.is_led_to_the_tone()
    speaker.recordings += 1
    assert speaker.provider_tells(RecordingDuration=length).status_code == 204
    carried_out(town)
    left = the_message(town)
    assert left["state"] == "draft"
    assert whole(town.services.vault, str(left["id"])) == SOUND


def test_what_the_provider_counted_as_too_short_is_not_offered_to_be_kept(town: Town, speaker: Speaker) -> None:
    """The two news of one recording may differ by a second: nobody is told to keep what is deleted already."""
    speaker.is_led_to_the_tone()
    speaker.recordings += 1
    speaker.provider_tells(seconds=1)
    speaker.recordings -= 1
    document = speaker.speaks(seconds=2)
    assert the_message(town)["state"] == "dropped"
    assert "<Record" in document
    assert "liian lyhyt" in document
