"""The practice desk's residents, rung through the real service: each reaches the person, the promise or the duty."""

from collections.abc import Mapping
from typing import Any

from emulator.practice_model import book
from tests.rig.city import City
from tests.rig.fixtures import on_sqlite
from tests.rig.journeys import ends_and_notes, talks_with
from tests.rig.robot import Robot
from tests.rig.waiting import until
from tests.rig.words import heard

MACHINE_SECONDS = 60.0
NEXT_RINGS = ("2026-11-24T10:40:00+02:00", "2026-11-24T11:20:00+02:00", "2026-11-24T11:30:00+02:00")


def fares(city: City) -> Mapping[str, Any]:
    return {one["script"]: one for one in city.lab.get("/lab/practice")["residents"]}


def begin(city: City, *scripts: str, **more: object) -> None:
    city.lab.post("/lab/practice", {"scripts": list(scripts), **more})


def deeds(one: Mapping[str, Any]) -> list[str]:
    return [each["deed"] for each in one["happened"]]


@on_sqlite
def test_every_resident_of_the_day_talks_with_an_agent_in_her_own_turn(city: City) -> None:
    city.clock("2026-11-24T10:00:00+02:00", rate=60)
    robots = [Robot(city.agent(each)) for each in ("oili", "paavo", "aino")]
    scripts = [script.id for script in book().scripts.values() if script.at is None and not script.hurried]
    begin(city, *scripts, pace=0.5)
    until(
        lambda: all(one["state"] == "over" for one in fares(city).values()),
        MACHINE_SECONDS,
        lambda: f"{[(name, one['state'], deeds(one)) for name, one in fares(city).items()]}",
    )
    untold = {name: deeds(one) for name, one in fares(city).items() if "answered" not in deeds(one)}
    assert untold == {}, "who rings by a script reaches a person"
    for robot in robots:
        robot.stops()


@on_sqlite
def test_after_a_missed_ring_she_rings_in_and_has_her_old_place(city: City) -> None:
    city.clock("2026-11-24T10:00:00+02:00", rate=60)
    oili = city.agent("oili").available()
    neighbour = talks_with(city, oili, "+358401230001")
    begin(city, "missed-call")
    until(lambda: "told" in deeds(fares(city)["missed-call"]), 30, lambda: f"{fares(city)}")
    ends_and_notes(neighbour, oili)
    robot = Robot(oili)
    for missed, next_ring in enumerate(NEXT_RINGS, start=1):
        until(lambda n=missed: deeds(fares(city)["missed-call"]).count("missed") == n, 30, lambda: f"{fares(city)}")
        city.clock(next_ring, rate=60)
    seen = until(
        lambda: next((one for one in fares(city).values() if one["state"] == "over"), None),
        MACHINE_SECONDS,
        lambda: f"{fares(city)}",
    )
    told = [deed for deed in deeds(seen) if deed in ("rang", "missed", "answered")]
    assert told == ["rang", "missed", "missed", "missed", "rang", "answered"]
    assert seen["verdict"] == "kept"
    said = [line["text"] for line in city.lab.get("/lab/practice/missed-call")["lines"] if line["kind"] == "say"]
    assert any(heard()["tried"] in words for words in said), "one key, and her old place"
    robot.stops()


@on_sqlite
def test_a_burst_pipe_at_23_reaches_the_duty_in_two_keys(city: City) -> None:
    city.clock("2026-11-24T10:00:00+02:00", rate=20)
    begin(city, "burst-pipe", set_clock=True)
    assert f"{city.business_moment():%H:%M}" == "23:00"
    seen = until(
        lambda: next((one for one in fares(city).values() if one["state"] == "over"), None),
        MACHINE_SECONDS,
        lambda: f"{fares(city)}",
    )
    assert "answered" in deeds(seen)
    pressed = [line["text"] for line in city.lab.get("/lab/practice/burst-pipe")["lines"] if line["kind"] == "key"]
    assert pressed == ["1", "3"]
