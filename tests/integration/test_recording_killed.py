"""The worker killed between the provider's word and ours: a pause that the record does not know of, and a text that
no row knows of."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.schema import outbox, recording
from desks.talk.pause_recording import pause
from queue_workers.record_effects import CHANGE_SECONDS
from recordings import transcripts
from recordings.transcripts import text_id
from recordings.vault import NoSound, whole
from tests.support.killed import killed
from tests.support.media_house import Answer, MediaHouse, media_house
from tests.support.messages import Speaker, carried_out, the_message
from tests.support.pitch_names import HIGH, PitchNames, tones
from tests.support.recorded import kinds, live, recorded, recording_rules, runs
from tests.support.services import Town

SOUND = tones(HIGH)


@pytest.mark.parametrize("on", [True, False], ids=["pause", "resume"])
def test_between_the_providers_pause_and_our_note(record: str, tmp_path: Path, on: bool) -> None:
    """Until it is known, the card says neither; then it is said once more, and known."""
    town = Town.over(record, rules=recording_rules())
    talk = live(town)
    runs(town)
    if not on:
        pause(town.services, "aino", talk.token, True)
        town.carry_out()
    pause(town.services, "aino", talk.token, on)
    killed("recording_changed", tmp_path, lambda: Town.over(record, rules=recording_rules()).carry_out())
    row = recorded(town)
    assert row["state"] == ("running" if on else "paused"), "never said before the provider's word is noted"
    assert row["asked_machine"] is not None
    town.clock.pass_(seconds=CHANGE_SECONDS + 1)
    town.carry_out()
    assert (recorded(town)["state"], recorded(town)["asked_machine"]) == ("paused" if on else "running", None)
    assert kinds(town)[-1] == ("pause" if on else "resume")
    assert len(town.every(recording)) == 1
    town.services.database.dispose()


@pytest.fixture
def house() -> Iterator[MediaHouse]:
    with media_house(Answer(body=SOUND)) as one:
        yield one


def town_with_extra(record: str, house: MediaHouse, place: Path) -> Town:
    town = Town.over(record, TWILIO_API_BASE_URL=house.origin, DATA_DIR=str(place))
    return replace(town, services=replace(town.services, transcriber=PitchNames()))


@pytest.mark.parametrize("then", ["kept", "taken back"])
def test_between_the_sealed_text_and_our_note(record: str, house: MediaHouse, tmp_path: Path, then: str) -> None:
    place = tmp_path / "disk"
    town = town_with_extra(record, house, place)
    speaker = Speaker.at(town)
    speaker.is_led_to_the_tone()
    speaker.speaks(3)
    killed("text_sealed", place, lambda: carried_out(town_with_extra(record, house, place)))
    left = the_message(town)
    assert left["transcribed_machine"] is None
    assert text_id(str(left["id"])) in set(town.services.vault.ids()), "sealed, and no row knows of it"
    if then == "taken back":
        speaker.telephone.presses("3")
    town.clock.pass_(seconds=21)
    carried_out(town)
    vault, recording_id = town.services.vault, str(left["id"])
    if then == "taken back":
        with pytest.raises(NoSound):
            whole(vault, text_id(recording_id))
    else:
        assert transcripts.of_recording(vault, recording_id)[0].words == f"pitch {HIGH}"
        assert town.one(recording, id=recording_id)["transcribed_machine"] is not None
    assert [row["kind"] for row in town.every(outbox) if row["done_machine"] is None] == []
    town.services.database.dispose()
