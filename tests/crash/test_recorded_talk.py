"""The worker is killed while a talk's recording begins: it is recorded once, and nobody in the talk notices."""

import pytest

from tests.rig.city import City
from tests.rig.fixtures import on_sqlite
from tests.rig.hold import Saboteur
from tests.rig.journeys import ends_and_notes, waits_in_line
from tests.rig.recorded import recorded_of, recording_becomes, says, statuses_of
from tests.rig.telling import recorded_in
from tests.rig.waiting import until

TUESDAY_TEN = "2026-11-24T10:00:00+02:00"
NUMBER = "+358401234567"
MATTER = "Asia koskee vuokraani."
ROW = "SELECT state, recording_sid, asked_machine FROM recording"
STORED = "SELECT 1 FROM recording WHERE state = 'kept' AND stored_machine IS NOT NULL"
NEWS_LOST = {"on": "webhook", "do": "drop", "match": "/voice/recording/talk", "times": 1}


@on_sqlite
@pytest.mark.parametrize("news", ["come", "are lost"])
def test_between_the_providers_answer_and_our_note(city: City, news: str) -> None:
    """Adopted by the provider's news; where they are lost too, found in its list."""
    city.clock(TUESDAY_TEN, rate=5)
    with recorded_in(city, "housing"):
        aino = city.agent("aino").available()
        resident = waits_in_line(city.resident(NUMBER))
        if news == "are lost":
            city.lab.post("/lab/faults", NEWS_LOST)
        saboteur = Saboteur(city.hold, "recording_begun", lambda at: city.kill(at.process))
        aino.accepts().is_joined()
        resident.is_joined()
        saboteur.join()
        city.eventually("SELECT 1 FROM recording WHERE state = 'running'", within=60)
        says(city.lab, NUMBER, MATTER)
        ends_and_notes(resident, aino)
        recording_becomes(city.lab, resident.call_sid, "completed")
        (file,) = recorded_of(city.lab, resident.call_sid)
        assert file.says(MATTER)
        city.eventually(STORED)
        assert len(city.sql(ROW)) == 1


@on_sqlite
def test_before_the_provider_is_asked(city: City) -> None:
    """Whether it was asked, nobody can know, so it is not asked again: the talk goes on, unrecorded, and the card does
    not say that it is recorded."""
    city.clock(TUESDAY_TEN, rate=5)
    with recorded_in(city, "housing"):
        aino = city.agent("aino").available()
        resident = waits_in_line(city.resident(NUMBER))
        saboteur = Saboteur(city.hold, "recording_claimed", lambda at: city.kill(at.process))
        aino.accepts().is_joined()
        resident.is_joined()
        saboteur.join()
        assert aino.desk()["offer"]["recording"]["state"] == "starting"
        ends_and_notes(resident, aino)
        assert statuses_of(city.lab, resident.call_sid) == ()
        until(lambda: city.one(ROW)["state"] == "ended", 15, lambda: str(city.sql(ROW)))
