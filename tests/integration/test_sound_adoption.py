"""Recordings that the provider holds and no row knows: taken in once, by their call; nothing of anybody else's."""

import json
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from adapters.schema import deletion, recording
from callbacks import store as promises
from queue_workers import sound_adoption, sound_repairs
from queue_workers.sound_patrol import Patrol
from recordings.vault import whole
from tests.support.media_house import Answer, MediaHouse, media_house, wav
from tests.support.messages import Speaker, carried_out, recording_sid, the_message
from tests.support.provider import LOST
from tests.support.services import ACCOUNT, CITY, Town

SOUND = wav()
STRANGE_CALL = "CA" + "9" * 32
LISTED = "application/json"


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


def listed(*entries: dict[str, object], more: str | None = None) -> Answer:
    page = {"recordings": list(entries), "next_page_uri": more}
    return Answer(body=json.dumps(page).encode(), content_type=LISTED)


def entry(town: Town, **other: object) -> dict[str, object]:
    made = town.clock.now() - timedelta(hours=2)
    known = {"sid": recording_sid(0xABC), "call_sid": STRANGE_CALL, "status": "completed", "source": "RecordVerb"}
    return {**known, "duration": "14", "date_created": format_datetime(made), **other}


def test_a_message_whose_news_was_lost_is_taken_in_by_its_call(town: Town, speaker: Speaker, house: MediaHouse) -> None:
    speaker.telephone.rings()
    speaker.is_led_to_the_tone("parking", "sv")
    speaker.hangs_up()
    house.answers = [listed(entry(town, call_sid=speaker.telephone.sid)), Answer(body=SOUND)]
    assert sound_adoption.adopt(town.services) == 1
    row = the_message(town)
    assert (row["state"], row["seconds"], row["recording_sid"]) == ("kept", 14, recording_sid(0xABC))
    assert row["made_at"] == town.clock.now() - timedelta(hours=2)
    assert town.one(promises.REQUEST)["number_id"] == row["number_id"] is not None
    carried_out(town)
    assert whole(town.services.vault, str(row["id"])) == SOUND


def test_a_message_of_a_call_that_nobody_knows_is_for_the_general_desk(town: Town, house: MediaHouse) -> None:
    house.answers = [listed(entry(town)), Answer(body=SOUND)]
    assert sound_adoption.adopt(town.services) == 1
    sound_repairs.left_drafts(town.services)
    row = the_message(town)
    assert (row["state"], row["topic"], row["number_id"]) == ("kept", town.rules.general_topic, None)
    carried_out(town)
    assert the_message(town)["stored_machine"] is not None


@pytest.mark.parametrize(
    "other",
    [
        {"status": "in-progress"},
        {"status": "deleted"},
        {"source": "StartCallRecordingAPI"},
        {"sid": "RE../../etc/passwd"},
        {"call_sid": "CA1"},
        {"date_created": "yesterday"},
        {"date_created": None},
    ],
    ids=str,
)
def test_what_is_no_finished_message_is_left_where_it_is(
    town: Town, house: MediaHouse, other: dict[str, object]
) -> None:
    house.answers = [listed(entry(town, **other))]
    assert sound_adoption.adopt(town.services) == 0
    assert town.every(recording) == []
    assert town.gateway.orders == []


def test_what_was_spoken_just_now_is_left_to_its_own_news(town: Town, house: MediaHouse) -> None:
    house.answers = [listed(entry(town, date_created=format_datetime(town.clock.now() - timedelta(minutes=14))))]
    assert sound_adoption.adopt(town.services) == 0


def test_the_account_may_carry_other_numbers(town: Town, house: MediaHouse) -> None:
    """Nothing of theirs is taken, or deleted; nor is anything while the provider cannot be asked whose it is."""
    house.answers = [listed(entry(town))]
    town.gateway.knows(STRANGE_CALL, "completed", to="+358201234567")
    assert sound_adoption.adopt(town.services) == 0
    town.gateway.cannot_be_asked()
    assert sound_adoption.adopt(town.services) == 0
    town.gateway.can_be_asked()
    town.gateway.knows(STRANGE_CALL, "completed", to=CITY)
    assert sound_adoption.adopt(town.services) == 1


def test_page_after_page_and_each_recording_once(town: Town, house: MediaHouse) -> None:
    on = f"/2010-04-01/Accounts/{ACCOUNT}/Recordings.json?PageSize=100&Page=1&PageToken=PARE1"
    first = [entry(town, sid=recording_sid(n), call_sid=f"CA{n:032x}") for n in range(3)]
    house.answers = [listed(*first, more=on), listed(*first, entry(town)), Answer(503)]
    assert sound_adoption.adopt(town.services) == 4
    assert [path for path, _ in house.asked][1] == on
    assert len(town.every(recording)) == 4


@pytest.mark.parametrize(
    "answer",
    [
        Answer(503),
        Answer(302, headers=(("Location", "http://127.0.0.1:1/"),)),
        Answer(body=b"<html>", content_type="text/html"),
        Answer(body=b"[]", content_type=LISTED),
        Answer(body=b'{"recordings": {"a": 1}}', content_type=LISTED),
        Answer(body=b'{"recordings": [1, null, "x", {}, []]}', content_type=LISTED),
        Answer(body=b"[" * 100_000, content_type=LISTED),
        listed(more="http://169.254.169.254/latest"),
        Answer(body=b"", says_bytes=10, content_type=LISTED),
    ],
    ids=range(9),
)
def test_a_list_that_is_none_changes_nothing(town: Town, house: MediaHouse, answer: Answer) -> None:
    house.answers = [answer]
    assert sound_adoption.adopt(town.services) == 0
    assert len(house.asked) == 1


def test_the_provider_is_asked_once_an_hour(town: Town, house: MediaHouse) -> None:
    house.answers = [listed()]
    patrol = Patrol()
    for _ in range(3):
        patrol.step(town.services)
    assert len(house.asked) == 1
    town.clock.pass_(seconds=3600)
    patrol.step(town.services)
    assert len(house.asked) == 2


# --- talks -------------------------------------------------------------------------------------------------------


def a_talk(town: Town, number: int = 0xABC, **other: object) -> dict[str, object]:
    made = format_datetime(town.clock.now() - timedelta(hours=25))
    known = {"sid": recording_sid(number), "source": "StartCallRecordingAPI", "date_created": made}
    return entry(town, **{**known, **other})


def test_a_talk_that_no_row_knows_is_deleted_after_a_day_with_its_proof(town: Town, house: MediaHouse) -> None:
    """Nobody can show that she was told."""
    town.gateway.knows(STRANGE_CALL, "completed", to=CITY)
    house.answers = [listed(a_talk(town, date_created=format_datetime(town.clock.now() - timedelta(hours=23))))]
    sound_adoption.adopt(town.services)
    assert (town.gateway.ordered("delete_recording"), town.every(deletion)) == ([], [])
    house.answers = [listed(a_talk(town))]
    town.gateway.answers(LOST)
    sound_adoption.adopt(town.services)
    assert town.one(deletion)["at_provider"] is None
    sound_adoption.adopt(town.services)
    proof = town.one(deletion)
    assert (proof["kind"], proof["why"], proof["at_provider"]) == ("talk", "dropped", "deleted")
    assert [order.to for order in town.gateway.ordered("delete_recording")] == [recording_sid(0xABC)] * 2


def test_a_talk_of_another_service_or_of_nobody_known_stays(town: Town, house: MediaHouse) -> None:
    house.answers = [listed(a_talk(town))]
    sound_adoption.adopt(town.services)  # the provider no longer knows the call
    town.gateway.knows(STRANGE_CALL, "completed", to="+358201234567")
    sound_adoption.adopt(town.services)
    assert (town.gateway.ordered("delete_recording"), town.every(deletion)) == ([], [])


def test_a_talk_whose_recording_has_no_name_yet_stays(town: Town, speaker: Speaker, house: MediaHouse) -> None:
    speaker.is_led_to_the_tone()
    speaker.speaks()
    row = the_message(town)
    nameless = {**row, "id": "t" * 20, "token": "t", "kind": "talk", "state": "asked", "recording_sid": None}
    town.within(lambda tx: tx.connection.execute(recording.insert().values(nameless)))
    town.gateway.knows(str(row["call_sid"]), "completed", to=CITY)
    house.answers = [listed(a_talk(town, call_sid=row["call_sid"]))]
    sound_adoption.adopt(town.services)
    assert town.gateway.ordered("delete_recording") == []


def test_many_talks_that_no_row_knows_are_a_record_that_was_put_back(
    town: Town, house: MediaHouse, caplog: pytest.LogCaptureFixture
) -> None:
    town.gateway.knows(STRANGE_CALL, "completed", to=CITY)
    house.answers = [listed(*[a_talk(town, number) for number in range(sound_adoption.HANDFUL + 1)])]
    sound_adoption.adopt(town.services)
    assert town.gateway.ordered("delete_recording") == []
    assert "recorded talks that no row knows are kept: was the record put back?" in caplog.messages
