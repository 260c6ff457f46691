"""REST orders only hurry what the record has decided: one that comes late must not part people who already talk."""

from tests.rig.city import City
from tests.rig.fixtures import on_sqlite
from tests.rig.journeys import asks_for_housing, ends_and_notes

REDIRECT = "/Calls/CA"
LATE_SECONDS = 2.0


@on_sqlite
def test_a_late_redirect_does_not_part_those_who_talk(city: City) -> None:
    city.clock("2026-11-24T10:00:00+02:00", rate=20)
    aino = city.agent("aino").available()
    city.lab.fault("rest", "delay", REDIRECT, seconds=LATE_SECONDS)
    resident = asks_for_housing(city.resident("+358401234567"))
    aino.accepts().is_joined()
    resident.is_joined()
    city.eventually("SELECT 1 FROM outbox WHERE kind = 'bring_caller' AND done_machine IS NOT NULL")
    resident.is_joined()
    aino.is_joined()
    ends_and_notes(resident, aino)
    assert city.eventually("SELECT outcome FROM offer WHERE state = 'ended'") == {"outcome": "done"}
