"""The notice before a recording in Swedish and English, through the emulator: told to its end, declined, not declined.

In Finnish, with what is then in the file: ``test_recorded_talks``.
"""

from collections.abc import Iterator
from datetime import datetime

import pytest

from ivr.speech.announcements import speaking_seconds
from tests.rig.city import City
from tests.rig.fixtures import on_sqlite
from tests.rig.journeys import asks_for_housing, ends_and_notes
from tests.rig.recorded import recording_becomes, statuses_of
from tests.rig.telling import recorded_in
from tests.rig.words import heard

TUESDAY_TEN = "2026-11-24T10:00:00+02:00"
NUMBER = "+358401234567"


@pytest.fixture
def recording_city(city: City) -> Iterator[City]:
    city.clock(TUESDAY_TEN, rate=10)
    with recorded_in(city, "housing"):
        yield city


@on_sqlite
def test_in_swedish_the_agent_is_there_at_once_and_the_notice_is_heard_to_its_end(recording_city: City) -> None:
    city, words = recording_city, heard("sv")
    aino = city.agent("aino").available()
    resident = asks_for_housing(city.resident(NUMBER), "sv")
    aino.accepts()
    joined = resident.hears(words["recording"]).is_joined()
    recording_becomes(city.lab, resident.call_sid, "in-progress")
    told = next(word for word in resident.transcript() if words["recording"] in word.text)
    met = next(event for event in joined.events if event.kind == "joined")
    heard_for = datetime.fromisoformat(met.at) - datetime.fromisoformat(told.at)
    assert heard_for.total_seconds() >= speaking_seconds(told.text)
    ends_and_notes(resident, aino)
    recording_becomes(city.lab, resident.call_sid, "completed")


@on_sqlite
def test_in_english_nine_declines_within_the_words_and_nothing_is_recorded(recording_city: City) -> None:
    city, words = recording_city, heard("en")
    aino = city.agent("aino").available()
    resident = asks_for_housing(city.resident(NUMBER), "en").hears(words["recording"])
    resident.press("9").hears(words["recording_declined"])
    aino.accepts().is_joined()
    resident.is_joined()
    ends_and_notes(resident, aino)
    assert statuses_of(city.lab, resident.call_sid) == ()
    assert city.sql("SELECT 1 FROM recording") == []
    assert city.one("SELECT recording_declined FROM waiting_caller")["recording_declined"]
