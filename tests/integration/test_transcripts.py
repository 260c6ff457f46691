"""Speech to text: nothing without the city's extra; with it a text beside the sound, as sealed, and gone with it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from adapters.schema import outbox, recording
from adapters.settings import SettingsInvalid, load_settings
from bootstrap import build_services
from queue_workers import effects
from queue_workers.transcript_effects import forgotten
from recordings import transcripts
from recordings.keeping import delete_sound
from recordings.transcripts import Said, TranscriberInvalid, text_id, transcriber_for
from recordings.vault import NoSound, whole
from tests.support.media_house import Answer, MediaHouse, media_house
from tests.support.messages import Speaker, carried_out, the_message
from tests.support.pitch_names import CODE, HIGH, LOW, Broken, Meanwhile, PitchNames, tones
from tests.support.services import Town
from tests.web.console_rig import ENVIRONMENT

SOUND = tones(HIGH, LOW, HIGH)


@pytest.fixture
def house() -> Iterator[MediaHouse]:
    with media_house(Answer(body=SOUND)) as one:
        yield one


@pytest.fixture
def town(record: str, house: MediaHouse, tmp_path: Path) -> Iterator[Town]:
    one = Town.over(record, TWILIO_API_BASE_URL=house.origin, DATA_DIR=str(tmp_path))
    yield one
    one.services.database.dispose()


def with_extra(town: Town, extra: transcripts.Transcriber) -> Town:
    return replace(town, services=replace(town.services, transcriber=extra))


def left(town: Town) -> str:
    speaker = Speaker.at(town)
    speaker.is_led_to_the_tone()
    speaker.speaks(3)
    carried_out(town)
    return str(the_message(town)["id"])


def orders(town: Town, kind: str = "transcribe") -> list[str | None]:
    with town.services.database.read() as connection:
        return list(connection.scalars(select(outbox.c.result).where(outbox.c.kind == kind)))


def test_without_an_extra_nothing_becomes_text(town: Town) -> None:
    recording_id = left(town)
    assert the_message(town)["stored_machine"] is not None
    assert the_message(town)["transcribed_machine"] is None
    assert orders(town) == []
    assert list(town.services.vault.ids()) == [recording_id]


def test_with_one_the_words_rest_sealed_beside_the_sound_without_identity_codes(town: Town) -> None:
    extra = PitchNames()
    town = with_extra(town, extra)
    recording_id = left(town)
    said = transcripts.of_recording(town.services.vault, recording_id)
    assert said[:3] == (Said(0.0, f"pitch {HIGH}"), Said(1.0, f"pitch {LOW}"), Said(2.0, f"pitch {HIGH}"))
    assert said[3].words.startswith("my code is ")
    assert CODE not in said[3].words
    assert extra.asked == ["fi"]
    assert the_message(town)["transcribed_machine"] is not None
    assert orders(town) == ["transcribed"]
    lying = b"".join(file.read_bytes() for file in town.services.settings.data_dir.rglob("*") if file.is_file())
    assert b"pitch" not in lying


def test_an_extra_that_fails_is_tried_again_and_takes_nothing_with_it(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    town = with_extra(town, Broken())
    recording_id = left(town)
    assert whole(town.services.vault, recording_id) == SOUND
    assert list(town.services.vault.ids()) == [recording_id]
    assert the_message(town)["transcribed_machine"] is None
    assert "sound cannot be made text" in caplog.messages
    assert "half a word" not in caplog.text
    for _ in range(effects.MOST_TRIES):
        town.clock.pass_(seconds=31)
        town.carry_out()
    assert orders(town) == ["given up"]


def test_what_was_given_up_is_ordered_again_for_as_long_as_its_page_says_that_it_comes(town: Town) -> None:
    town = with_extra(town, Broken())
    recording_id = left(town)
    for _ in range(effects.MOST_TRIES):
        town.clock.pass_(seconds=31)
        town.carry_out()
    assert orders(town) == ["given up"]
    assert forgotten(town.services) == 0, "in peace for an hour"
    town.clock.pass_(seconds=3601)
    assert forgotten(town.services) == 1
    assert orders(town) == [None]
    assert forgotten(town.services) == 0, "one that is open is not doubled"
    town = with_extra(town, PitchNames())
    carried_out(town)
    assert orders(town) == ["transcribed"]
    assert transcripts.of_recording(town.services.vault, recording_id)
    town.clock.pass_(seconds=3601)
    assert forgotten(town.services) == 0


def test_an_extra_that_comes_later_makes_text_of_what_is_young(town: Town) -> None:
    left(town)
    assert forgotten(town.services) == 0
    town = with_extra(town, PitchNames())
    row = town.one(recording)
    assert transcripts.standing(town.services, row) == "coming"
    town.clock.pass_(minutes=7 * 24 * 60 + 1)
    assert transcripts.standing(town.services, row) == "none"
    assert forgotten(town.services) == 0


def test_an_order_that_another_took_over_writes_nothing(town: Town) -> None:
    """Whoever took it over does all of it: two texts of one sound are never sealed over each other."""
    recording_id = left(town)

    def another() -> None:
        town.clock.pass_(seconds=31)
        with town.services.database.write() as tx:
            mine = update(outbox).where(outbox.c.kind == "transcribe")
            tx.connection.execute(mine.values(tries=outbox.c.tries + 1))

    town = with_extra(town, Meanwhile(another))
    with town.services.database.write() as tx:
        town.services.outbox.order(tx, "transcribe", recording_id)
    town.carry_out()
    assert the_message(town)["transcribed_machine"] is None
    assert list(town.services.vault.ids()) == [recording_id]


def deleted(town: Town, recording_id: str) -> None:
    with town.services.database.write() as tx:
        delete_sound(town.services, tx, recording_id, "retention", "service")


def test_the_text_goes_with_the_sound(town: Town) -> None:
    town = with_extra(town, PitchNames())
    recording_id = left(town)
    assert sorted(town.services.vault.ids()) == [recording_id, text_id(recording_id)]
    deleted(town, recording_id)
    carried_out(town)
    assert list(town.services.vault.ids()) == []


def test_a_sound_that_is_deleted_while_it_becomes_text_leaves_none(town: Town) -> None:
    recording_id = left(town)
    town = with_extra(town, Meanwhile(lambda: deleted(town, recording_id)))
    with town.services.database.write() as tx:
        town.services.outbox.order(tx, "transcribe", recording_id)
    carried_out(town)
    assert list(town.services.vault.ids()) == []
    assert orders(town) == ["not wanted"]
    with pytest.raises(NoSound):
        transcripts.of_recording(town.services.vault, recording_id)


def test_whether_there_is_a_text_is_told_apart(town: Town) -> None:
    recording_id = left(town)
    row = town.one(recording)
    assert transcripts.standing(town.services, row) == "none"
    assert transcripts.standing(with_extra(town, PitchNames()).services, row) == "coming"
    with town.services.database.write() as tx:
        tx.connection.execute(update(recording).where(recording.c.id == recording_id).values(transcribed_machine=1.0))
    assert transcripts.standing(town.services, town.one(recording)) == "ready"


# --- the setting -------------------------------------------------------------------------------------------------


def test_the_extra_is_found_by_its_name_and_made_at_its_first_use() -> None:
    assert transcriber_for("") is None
    extra = transcriber_for("tests.support.pitch_names:factory")
    assert extra is not None
    assert next(iter(extra.transcribe("sv", [SOUND]))) == Said(0.0, f"pitch {HIGH}")


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("no_such_package:factory", "no_such_package cannot be loaded"),
        ("tests.support.pitch_names:nothing", "has no nothing"),
        ("tests.support.pitch_names:not_a_factory", "cannot be called"),
    ],
)
def test_an_extra_that_cannot_be_used_is_told_at_the_start(entry: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(TranscriberInvalid, match=says):
        transcriber_for(entry)
    place = {"DATABASE_URL": f"sqlite:///{tmp_path}/city.db", "DATA_DIR": str(tmp_path), "TRANSCRIBER": entry}
    with pytest.raises(SettingsInvalid, match=says):
        build_services(load_settings(ENVIRONMENT | place))


@pytest.mark.parametrize("entry", ["whisper", "a b:c", "os.system('x'):y", ":factory", "module:"])
def test_a_name_that_is_none_is_refused_with_the_settings(entry: str) -> None:
    with pytest.raises(SettingsInvalid, match="TRANSCRIBER"):
        load_settings(ENVIRONMENT | {"TRANSCRIBER": entry})
