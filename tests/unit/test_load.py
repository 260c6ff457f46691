"""The light provider of the load measurement: what it plays, whom it makes up, what it finds wrong."""

import asyncio
import xml.etree.ElementTree as Tree
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.clock import FileClock
from tests.checker.verdict import Verdict, Violation
from tests.load import day, document, growth, ramp
from tests.load.network import Network, kind_of
from tests.load.pace import Pace
from tests.load.residents import Town
from tests.load.rest import segments
from tests.load.told import at
from tests.load.walk import Walk
from tests.load.wire import Answered, Timed, Wire
from tests.support.own_loop import to_its_end

BASE = "http://127.0.0.1:9"
GREETING = (
    '<Response><Gather action="/voice/step/language?n=1" numDigits="1" timeout="4" actionOnEmptyResult="true">'
    '<Say language="fi-FI">Suomeksi: paina yksi</Say></Gather></Response>'
)
GOODBYE = '<Response><Say language="fi-FI">Kuulemiin</Say><Hangup/></Response>'


class Answers(Wire):
    """The service as a table: what each path answers, and what it was asked with."""

    def __init__(self, documents: Mapping[str, str]) -> None:
        super().__init__(9)
        self.documents, self.asked = documents, list[tuple[str, Mapping[str, str]]]()

    async def webhook(self, kind: str, url: str, fields: Mapping[str, str], due: float) -> Answered:
        path = url.removeprefix(BASE).partition("?")[0]
        self.asked.append((path, dict(fields)))
        self.timed.append(Timed(kind, due, due, due, 200))
        return Answered(200, b"", self.documents.get(path, "").encode())


def rung(documents: Mapping[str, str], plan: str = "waits") -> tuple[Network, Answers]:
    """One whole call at a thousand times the speed."""

    async def call() -> tuple[Network, Answers]:
        wire = Answers(documents)
        network = Network(wire, BASE, "AC1", "+358171234567", Pace.starting("2026-11-24T10:00:00+02:00", 1000))
        person = Town(1, 10).somebody()
        person.plan = plan
        leg = network.new_leg(person.number, network.city_number, "inbound")
        leg.status, leg.told = "ringing", f"{BASE}/voice/status"
        await Walk(network, leg, person).live(f"{BASE}/voice/incoming")
        while network.busy:
            await asyncio.sleep(0)
        return network, wire

    return to_its_end(call())


def test_a_key_is_pressed_and_the_end_is_told() -> None:
    network, wire = rung({"/voice/incoming": GREETING, "/voice/step/language": GOODBYE})
    assert [path for path, _ in wire.asked] == ["/voice/incoming", "/voice/step/language", "/voice/status"]
    assert wire.asked[1][1]["Digits"] in {"1", "2", "3"}
    assert wire.asked[2][1]["CallStatus"] == "completed"
    (leg,) = network.legs.values()
    assert [event["text"] for event in leg.events if event["kind"] == "say"] == ["Suomeksi: paina yksi", "Kuulemiin"]
    assert not network.errors()


def test_what_is_no_document_ends_the_call_and_is_an_error() -> None:
    network, _ = rung({"/voice/incoming": "<html>"})
    assert [error["code"] for error in network.errors()] == [12100]
    assert all(leg.over for leg in network.legs.values())


def test_a_verb_that_is_not_played_is_an_error() -> None:
    network, _ = rung({"/voice/incoming": "<Response><Pay/></Response>"})
    assert [error["code"] for error in network.errors()] == [12200]


@pytest.mark.parametrize(
    ("verb", "seconds"),
    [
        ('<Pause length="3"/>', 3.0),
        ('<Play loop="2">http://h/voice/sound/music-4.wav</Play>', 8.0),
        ("<Play>http://h/voice/sound/music.wav</Play>", 8.0),
        ("<Say>12345678901234</Say>", 1.0),
    ],
)
def test_how_long_what_is_heard_lasts(verb: str, seconds: float) -> None:
    assert document.seconds(Tree.fromstring(verb)) == seconds


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("/voice/incoming#rc=2", "menu"),
        ("/voice/step/incoming?a=1&d=1", "door"),
        ("/voice/step/topic?a=1", "menu"),
        ("/voice/step/number?a=1", "promise"),
        ("/voice/step/wait?a=1", "wait"),
        ("/voice/agent/ring?k=1", "agent"),
        ("/voice/leg?k=1", "news"),
        ("/sms/status", "news"),
        ("/voice/step/offer?a=1", "step"),
    ],
)
def test_webhooks_are_told_apart(url: str, kind: str) -> None:
    assert kind_of(BASE + url) == kind


@dataclass
class Line(Wire):
    """Over which one document is answered, whatever is asked."""

    document: str = ""

    async def ask(self, request: bytes) -> Answered:
        return Answered(200, b"", self.document.encode())


@pytest.mark.parametrize(
    ("following", "kind"),
    [
        ("<Redirect>https://c.example/voice/step/incoming?a=99&amp;d=1&amp;n=x&amp;v=3#rc=2</Redirect>", "door"),
        ("<Redirect>https://c.example/voice/step/incoming?a=99&amp;g=1&amp;n=x&amp;v=3#rc=2</Redirect>", "menu"),
        (GREETING.replace("?n=1", "?a=99&amp;d=1"), "menu"),
    ],
)
def test_a_first_knock_is_told_from_a_menu_by_its_document(following: str, kind: str) -> None:
    wire = Line(9, document=following)
    to_its_end(wire.webhook(kind_of(f"{BASE}/voice/incoming"), f"{BASE}/voice/incoming", {}, 0.0))
    assert [one.kind for one in wire.timed] == [kind]


def test_the_same_seed_makes_the_same_people() -> None:
    one, other = Town(7, 1000), Town(7, 1000)
    assert [(p.number, p.plan, p.language, p.topic) for p in (one.somebody() for _ in range(50))] == [
        (p.number, p.plan, p.language, p.topic) for p in (other.somebody() for _ in range(50))
    ]
    assert len(one.counted) > 8


def test_a_day_has_all_its_calls_in_order_and_none_at_night() -> None:
    found = day.moments(day.Plan(calls=500))
    assert len(found) == 500
    assert found == sorted(found)
    assert found[0] >= day.OPENS
    assert found[-1] < day.OPENS + timedelta(hours=len(day.HOURS))
    by_hour = Counter(moment.hour for moment in found)
    assert by_hour[9] > by_hour[20]


def test_a_days_clock_goes_slower_where_more_calls_come_and_never_faster_than_told() -> None:
    plan = day.Plan(calls=6_000, fastest=30.0, at_most=3.0)
    for hour, share in enumerate(day.HOURS, day.OPENS.hour):
        carried = plan.calls * share / sum(day.HOURS) / 3600 * plan.rate(hour)
        assert plan.rate(hour) <= 30.0
        assert carried <= 3.0001
        assert plan.rate(hour) == 30.0 or carried > 2.9999
    assert plan.rate(7) == plan.rate(8)
    assert day.Plan(calls=10).longest_seconds > 16 * 3600 / 30.0


def test_a_clock_that_changes_its_rate_neither_skips_time_nor_lives_it_twice(tmp_path: Path) -> None:
    file = tmp_path / "clock.json"
    pace = Pace.starting("2026-11-24T10:00:00+02:00", 1000).write(file)
    service = FileClock(file)
    before = pace.now()
    pace.changes(1.0, file)
    assert before <= pace.now() < before + timedelta(seconds=60)
    assert abs(pace.now() - service.now()) < timedelta(seconds=1)
    assert pace.machine(10) == 10


@pytest.mark.parametrize(
    ("body", "number"), [("a" * 160, 1), ("a" * 161, 2), ("ž" * 70, 1), ("ž" * 71, 2), ("ä" * 160, 1)]
)
def test_segments_of_a_text(body: str, number: int) -> None:
    assert segments(body) == number


def test_the_slowest_hundredth() -> None:
    assert at([float(n) for n in range(100)], 0.99) == 99.0
    assert at([], 0.99) == 0.0


HONEST = (("promises heard", 900), ("promises kept", 700), ("promises late", 3), ("talks", 2000))


@pytest.mark.parametrize(
    ("verdict", "open_calls", "troubles", "found"),
    [
        (Verdict(HONEST, ()), 0, (), ""),
        (Verdict(HONEST, (Violation("rung twice", "offer t"),)), 0, (), "rung twice: offer t"),
        (Verdict((*HONEST, ("promises broken", 1)), ()), 0, (), "1 promises broken"),
        (Verdict((*HONEST[:2], ("promises late", 60), HONEST[3]), ()), 0, (), "60 of 760 promises rung late"),
        (Verdict(HONEST, ()), 2, (), "2 calls never ended"),
        (Verdict(HONEST, ()), 0, ("w1: no outcome",), "w1: no outcome"),
        (Verdict((), ()), 0, (), "nobody was promised anything, or nobody talked: this was no day"),
    ],
)
def test_a_day_fails_on_what_is_broken(
    verdict: Verdict, open_calls: int, troubles: tuple[str, ...], found: str
) -> None:
    assert day.problems(verdict, open_calls, troubles) == ([found] if found else [])


@pytest.mark.parametrize(("seconds", "status", "holds"), [(0.2, 200, True), (0.4, 200, False), (0.2, 0, False)])
def test_a_step_of_the_ramp_holds_while_menus_are_quick_and_everybody_is_answered(
    seconds: float, status: int, holds: bool
) -> None:
    timed = [Timed("menu", 0.0, 0.0, seconds, status)] * 50
    assert ramp.Step(1.0, 10, 10.0, timed, {}, 0.0, 0).holds is holds


def test_a_step_of_the_ramp_at_which_somebody_is_kept_at_the_door_is_not_carried() -> None:
    timed = [Timed("menu", 0.0, 0.0, 0.01, 200)] * 50 + [Timed("door", 0.0, 0.0, 0.01, 200)]
    assert not ramp.Step(1.0, 10, 10.0, timed, {}, 0.0, 0).holds


def test_growth_is_judged_by_what_keeps_somebody_waiting() -> None:
    assert growth.judged(["menu p99", "menu p50", "board", "night, in all"]) == ["menu p99", "board"]


def test_the_longest_tick_is_one_that_takes_long_in_every_night() -> None:
    """What disturbs one night is nobody's growth; what is long each time is seen in the longest past, too."""
    assert growth.longest_in_every([[3, 90, 4], [80, 5, 4], [3, 5, 70]]) == 5
    assert growth.longest_in_every([[3, 40, 4], [3, 41, 90], [3, 42, 4, 2]]) == 40
