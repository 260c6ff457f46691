"""One recorded talk from the notice to its last trace, through the emulator over HTTP: heard, held, let go, deleted."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.wav import looks_like
from bootstrap import Services, build_services
from operations.resident_command import PARTLY, WELL, main
from tests.rig.city import City
from tests.rig.fixtures import on_sqlite
from tests.rig.journeys import asks_for_housing, ends_and_notes
from tests.rig.recorded import says
from tests.rig.telling import recorded_in
from tests.rig.words import heard

TUESDAY_TEN = "2026-11-24T10:00:00+02:00"
FIRST_NIGHT, NEXT_NIGHT = "2028-03-07", "2028-03-08"  # whatever the rules keep a talk for, it is over
NUMBER, MATTER = "+358401234567", "Asia koskee vuokraani."
STORED = "SELECT * FROM recording WHERE kind = 'talk' AND stored_machine IS NOT NULL AND removed_machine IS NOT NULL"
DONE = "SELECT 1 FROM deletion WHERE kind = 'night' AND subject_id = :day"
GONE = "SELECT 1 FROM outbox WHERE kind = 'drop_sound' AND result = 'dropped'"
CALL_GONE = "SELECT 1 FROM outbox WHERE kind = 'delete_call' AND ref = :call AND result IS NOT NULL"
WHO = ("--by", "Tiina", "--why", "pyynto 12")


def talked(city: City) -> str:
    """A live talk after the notice; the call's SID."""
    with recorded_in(city, "housing"):
        aino = city.agent("aino").available()
        resident = asks_for_housing(city.resident(NUMBER)).hears(heard()["recording"])
        aino.accepts().is_joined()
        resident.is_joined()
        city.eventually("SELECT 1 FROM recording WHERE state = 'running'")
        says(city.lab, NUMBER, MATTER)
        ends_and_notes(resident, aino)
    return str(resident.call_sid)


def night(city: City, day: str) -> None:
    city.clock(f"{day}T03:30:00+02:00", rate=20)
    city.eventually(DONE, within=60, day=day)  # a year of nights' work


def sealed(city: City) -> set[str]:
    return {path.name.partition(".")[0] for path in city.installation.root.rglob("*.sound")}


Asked = Callable[..., tuple[int, str]]


@pytest.fixture
def asked(city: City, capsys: pytest.CaptureFixture[str]) -> Asked:
    """The command for a resident's rights, beside the running city: its exit code and what it told."""
    services: Services = build_services(city.settings)

    def ask(command: str, *more: str) -> tuple[int, str]:
        capsys.readouterr()
        return main([command, NUMBER, *WHO, "--language", "en", *more], services), capsys.readouterr().out

    return ask


@on_sqlite
def test_a_talk_from_the_notice_to_the_deletion(city: City, asked: Asked, tmp_path: Path) -> None:
    city.clock(TUESDAY_TEN, rate=10)
    call_sid = talked(city)
    row = city.eventually(STORED)
    assert city.lab.sound(row["recording_sid"]) is None, "deleted at the provider once it rests here"
    sirkka = city.agent("sirkka")
    sound = sirkka.listens(row["id"]) or b""
    assert looks_like(sound)
    assert len(sound) == row["bytes"]
    told = city.one("SELECT agent_id, deed, reason FROM sound_access")
    assert tuple(told.values()) == ("sirkka", "listen", "matter")

    sirkka.posts(f"/console/recordings/{row['id']}/hold", {"what": "recording", "reason": "valitus"})
    assert asked("access", "--to", str(tmp_path / "hers"))[0] == WELL
    assert [path.read_bytes() for path in (tmp_path / "hers").rglob("*.wav")] == [sound]
    assert json.loads((tmp_path / "hers" / "everything.json").read_text())["number"] == NUMBER
    code, words = asked("erase", "--yes")
    assert (code, "valitus" in words) == (PARTLY, True), "what is held stays, and she is told so"
    night(city, FIRST_NIGHT)
    assert row["id"] in sealed(city), "a held recording is left by the night"

    hold = city.one("SELECT id FROM legal_hold WHERE ended_at IS NULL")["id"]
    release = {"hold": hold, "reason": "ratkaistu", "sure": "yes"}
    city.agent("sirkka").posts(f"/console/recordings/{row['id']}/hold/end", release)
    night(city, NEXT_NIGHT)
    city.eventually(GONE)
    assert row["id"] not in sealed(city)
    proof = city.one("SELECT why, at_provider FROM deletion WHERE subject_id = :id", id=row["id"])
    assert proof["why"] == "retention"
    city.eventually(CALL_GONE, call=call_sid)
    assert asked("access", "--to", str(tmp_path / "again"))[0] == PARTLY
    assert NUMBER not in str(city.sql("SELECT * FROM phone_number"))
