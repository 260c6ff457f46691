"""A message's sound: fetched by name, sealed, deleted at the provider; heard by its caller; mended when forgotten."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.schema import outbox, recording
from adapters.voice_gateway import NotDone
from callbacks import store as promises
from queue_workers import effects, sound_repairs
from recordings.vault import whole
from tests.support.media_house import Answer, MediaHouse, media_house, wav
from tests.support.messages import Speaker, carried_out, media_path, recording_sid, the_message
from tests.support.provider import LOST, NO_SUCH_CALL
from tests.support.services import Town

SOUND = wav()


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


def given_up(town: Town) -> None:
    for _ in range(effects.MOST_TRIES):
        town.carry_out()
        town.clock.pass_(seconds=31)


def test_the_sound_is_fetched_by_name_sealed_and_deleted_at_the_provider(
    town: Town, speaker: Speaker, house: MediaHouse
) -> None:
    speaker.is_led_to_the_tone()
    speaker.speaks()
    carried_out(town)
    left = the_message(town)
    assert [path for path, _ in house.asked] == [media_path(speaker.sid)]
    assert whole(town.services.vault, str(left["id"])) == SOUND
    assert (left["bytes"], left["content_type"], left["failed"]) == (len(SOUND), "audio/x-wav", None)
    assert [order.to for order in town.gateway.ordered("delete_recording")] == [speaker.sid]
    assert left["removed_machine"] is not None


def test_what_is_not_there_yet_is_tried_again(town: Town, speaker: Speaker, house: MediaHouse) -> None:
    house.answers = [Answer(404), Answer(503), Answer(body=SOUND)]
    speaker.is_led_to_the_tone()
    speaker.speaks()
    for _ in range(2):
        town.carry_out()
        assert town.gateway.ordered("delete_recording") == []
        town.clock.pass_(seconds=10)
    assert the_message(town)["stored_machine"] is None
    carried_out(town)
    assert the_message(town)["stored_machine"] is not None
    assert len(town.gateway.ordered("delete_recording")) == 1


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Answer(body=b"<html>", content_type="text/html"), "not audio"),
        (Answer(302, headers=(("Location", "http://127.0.0.1:1/"),)), "redirect"),
        (Answer(body=b"", says_bytes=300 * 1024 * 1024), "too big"),
    ],
)
def test_what_cannot_be_fetched_is_noted_and_the_matter_stays(
    town: Town, speaker: Speaker, house: MediaHouse, answer: Answer, why: str
) -> None:
    house.answers = [answer]
    speaker.is_led_to_the_tone()
    speaker.speaks()
    speaker.telephone.presses("1")
    carried_out(town)
    left = the_message(town)
    assert (left["state"], left["failed"], left["stored_machine"]) == ("kept", why, None)
    assert town.one(promises.REQUEST)["state"] == "requested"
    assert town.gateway.ordered("delete_recording") == [], "the only copy is not deleted"


def test_a_caller_hears_herself_and_only_while_her_call_lasts(town: Town, speaker: Speaker) -> None:
    speaker.is_led_to_the_tone()
    speaker.speaks()
    carried_out(town)
    speaker.telephone.presses("2")
    heard = speaker.hears_herself()
    assert (heard.status_code, heard.get_data()) == (200, SOUND)
    assert (heard.mimetype, heard.headers["Cache-Control"]) == ("audio/wav", "no-store")
    speaker.hangs_up()
    assert speaker.hears_herself().status_code == 404


def test_a_sound_that_is_not_there_yet_is_awaited_with_music_and_never_long(town: Town, speaker: Speaker) -> None:
    speaker.is_led_to_the_tone()
    speaker.speaks()
    document = speaker.telephone.presses("2")
    for _ in range(5):
        assert "music" in document
        document = speaker.telephone.post(_redirect(document))
    assert "ei voi juuri nyt kuunnella" in document
    assert "paina yksi" in document


def _redirect(document: str) -> str:
    return document.partition("<Redirect")[2].partition(">")[2].partition("</Redirect>")[0].replace("&amp;", "&")


def test_spoken_anew_the_first_attempt_is_gone_here_and_there(town: Town, speaker: Speaker) -> None:
    speaker.is_led_to_the_tone()
    speaker.speaks()
    carried_out(town)
    first = str(the_message(town)["id"])
    assert "<Record" in speaker.telephone.presses("3")
    speaker.speaks(seconds=12)
    speaker.telephone.presses("1")
    carried_out(town)
    with pytest.raises(Exception, match="nothing is stored"):
        whole(town.services.vault, first)
    states = {row["recording_sid"]: row["state"] for row in town.every(recording)}
    assert states == {recording_sid(speaker.recordings - 1): "dropped", speaker.sid: "kept"}
    assert len(town.every(promises.REQUEST)) == 1


def test_dropped_before_it_was_fetched_it_is_never_fetched(town: Town, speaker: Speaker, house: MediaHouse) -> None:
    speaker.is_led_to_the_tone()
    speaker.speaks()
    speaker.telephone.presses("3")
    carried_out(town)
    assert house.asked == []
    assert [order.to for order in town.gateway.ordered("delete_recording")] == [speaker.sid]


def test_sound_announced_but_never_stored_is_found_again(town: Town, speaker: Speaker, house: MediaHouse) -> None:
    house.answers = [Answer(503)]
    speaker.is_led_to_the_tone()
    speaker.speaks()
    given_up(town)
    assert town.one(outbox, kind="fetch_recording")["result"] == "given up"
    house.answers = [Answer(body=SOUND)]
    town.clock.pass_(seconds=600)
    assert sound_repairs.unfinished_sound(town.services) == 1
    carried_out(town)
    assert the_message(town)["stored_machine"] is not None
    assert sound_repairs.unfinished_sound(town.services) == 0


def test_sound_that_never_came_is_noted_as_lost_after_a_week(town: Town, speaker: Speaker, house: MediaHouse) -> None:
    """A long weekend with a wrong key loses nothing: the sound waits at the provider."""
    house.answers = [Answer(401)]
    speaker.is_led_to_the_tone()
    speaker.speaks()
    given_up(town)
    town.clock.pass_(minutes=4 * 24 * 60)
    sound_repairs.unfinished_sound(town.services)
    assert the_message(town)["failed"] is None
    given_up(town)
    town.clock.pass_(minutes=3 * 24 * 60 + 1)
    sound_repairs.unfinished_sound(town.services)
    assert the_message(town)["failed"] == "never came"


def test_what_the_provider_would_not_delete_is_asked_for_again(town: Town, speaker: Speaker) -> None:
    speaker.is_led_to_the_tone()
    speaker.speaks()
    town.gateway.answers(LOST, NO_SUCH_CALL)
    town.carry_out()
    assert the_message(town)["stored_machine"] is not None
    assert the_message(town)["removed_machine"] is None
    town.clock.pass_(seconds=5)
    town.carry_out()
    assert the_message(town)["removed_machine"] is not None, "what is not there is deleted already"


def test_a_refused_deletion_is_not_the_end(town: Town, speaker: Speaker) -> None:
    """A token that is being changed is refused for a while: the sound must not stay at the provider for that."""
    speaker.is_led_to_the_tone()
    speaker.speaks()
    town.gateway.answers(*[NotDone(401, 20003, again=False)] * effects.MOST_TRIES)
    given_up(town)
    assert sound_repairs.unfinished_sound(town.services) == 0, "left in peace for a while"
    assert the_message(town)["removed_machine"] is None
    town.clock.pass_(seconds=600)
    sound_repairs.unfinished_sound(town.services)
    carried_out(town)
    assert the_message(town)["removed_machine"] is not None


def test_a_key_that_is_missing_loses_nothing(record: str, house: MediaHouse, tmp_path: Path) -> None:
    """The sound stays at the provider until the key is back."""
    town = Town.over(record, TWILIO_API_BASE_URL=house.origin, DATA_DIR=str(tmp_path), RECORDINGS_KEY="")
    speaker = Speaker.at(town)
    speaker.is_led_to_the_tone()
    speaker.speaks()
    speaker.telephone.presses("1")
    carried_out(town)
    assert town.gateway.ordered("delete_recording") == []
    assert the_message(town)["stored_machine"] is None
    assert list(tmp_path.rglob("*.sound")) == []
    town.services.database.dispose()
