"""A call through the dialogue without any store: facts are given, effects are answered, turns are printed."""

import re
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

from callbacks.model import Window
from desks.talk.recorded import records_talks
from ivr import plain
from ivr.caller_input import CallerInput, Pressed, RecordingEnded, Silent
from ivr.dialogue import degraded
from ivr.dialogue import steps as dialogue
from ivr.effects import (
    Bridge,
    Bridged,
    CheckCode,
    CodeChecked,
    Effect,
    Joined,
    JoinLine,
    KeepMessage,
    KeepNumber,
    KeepRecording,
    MakePromise,
    MessageKept,
    MoveRequest,
    MoveToExtended,
    NoWindow,
    NumberKept,
    Recorded,
    Reopen,
    Result,
    SameMatter,
    Settled,
)
from ivr.facts import Callable, Facts, LineFacts, Promised
from ivr.speech.announcements import Announcements, load
from ivr.step_url import Step, step_of
from ivr.turn import DialConference, DialNumber, Enqueue, Gather, Record, Redirect, Turn
from routing_rules import document
from routing_rules.model import Ruleset
from routing_rules.routes import StaffedDesk

HELSINKI = ZoneInfo("Europe/Helsinki")
TUESDAY = datetime(2026, 11, 24, 10, 0, tzinfo=HELSINKI)
SUNDAY_NIGHT = datetime(2026, 11, 22, 23, 0, tzinfo=HELSINKI)
ASAP = Window(TUESDAY, TUESDAY.replace(hour=11))
AFTERNOON = Window(TUESDAY.replace(hour=13), TUESDAY.replace(hour=15))
TOMORROW = Window(TUESDAY.replace(day=25, hour=8), TUESDAY.replace(day=25, hour=10))
DESKS = ("housing", "waterworks", "streets", "transport", "families", "employment", "culture", "advice", "extended")
EVERYBODY = tuple(StaffedDesk(desk, frozenset({"fi", "sv", "en"})) for desk in DESKS)
URL = re.compile(r"https://c\.example/voice/(?:step/)?([\w-]+)\S*?(?=]|$)")


@cache
def rules() -> Ruleset:
    return document.parse(Path("routing_rules/samples/kuopio.yaml").read_text(encoding="utf-8"))


@cache
def words() -> Announcements:
    return load()


def facts_at(now: datetime = TUESDAY) -> Facts:
    return Facts(
        rules=rules(),
        now=now,
        base="https://c.example",
        nonce="n",
        caller=Callable("+358401234567"),
        staffed=EVERYBODY,
        asap=ASAP,
        slots=(AFTERNOON, TOMORROW),
    )


def in_line(state: str = "waiting") -> LineFacts:
    known: dict[str, Any] = {
        "id": "line1",
        "state": state,
        "topic": "housing",
        "department": "housing",
        "desk": "housing",
        "place": 4,
        "wait_minutes": 10,
        "staffed": True,
        "extended_open": True,
        "extended_wait": 3,
    }
    absent: dict[str, Any] = {f.name: False for f in fields(LineFacts) if f.name not in known and f.default is MISSING}
    return LineFacts(**known, **absent)


def result_of(effect: Effect, facts: Facts) -> Result:  # noqa: C901 - one case for each effect, nothing nested
    match effect:
        case JoinLine(_, department):
            return Joined("line1", records_talks(facts.rules, department))
        case MoveToExtended():
            return Joined("line1")
        case Bridge():
            return Bridged("m-line1")
        case KeepNumber():
            return NumberKept("+358405556667")
        case MakePromise() | Reopen() | MoveRequest() if not facts.slots:
            return NoWindow()
        case MakePromise(same="ask") if facts.known:
            return SameMatter(facts.known[0])
        case MakePromise(topic):
            window = facts.slots[0] if effect.window not in ("", "asap") else facts.asap or facts.slots[0]
            return Promised(
                window, topic, "204519", joined=False, place_kept=bool(effect.line_id), number="+358401234567"
            )
        case Reopen() | MoveRequest():
            return Promised(facts.slots[0], "housing", "204519", False, False, "+358401234567")
        case KeepRecording():
            return Recorded("message1")
        case KeepMessage():
            return MessageKept(None)
        case CheckCode(keys):
            return CodeChecked(keys == "204519", own=bool(facts.known))
    return Settled()


@dataclass
class Walk:
    """``lines``: what the caller has heard since the last key, as the plain renderer prints it."""

    facts: Facts = field(default_factory=facts_at)
    step: Step = field(default_factory=lambda: Step("incoming"))
    turn: Turn | None = None
    effects: list[Effect] = field(default_factory=list)

    def rings(self) -> list[str]:
        return self.goes(Silent())

    def presses(self, keys: str) -> list[str]:
        self._follow()
        return self.goes(Pressed(keys))

    def silent(self) -> list[str]:
        assert self.turn is not None
        heard = [one for one in self.turn.instructions if not isinstance(one, Gather) or one.posts_silence]
        self.step = step_in(leading(replace(self.turn, instructions=tuple(heard))))
        return self.goes(Silent())

    def speaks(self, seconds: int = 9) -> list[str]:
        """After the tone."""
        return self.ends(RecordingEnded("RE" + "0" * 32, seconds, hung_up=False))

    def ends(self, given: CallerInput) -> list[str]:
        """The queue or the dialled leg is over."""
        self._follow()
        return self.goes(given)

    def without_record(self, keys: str) -> list[str]:
        self._follow()
        self.turn = degraded.turn(self.step, Pressed(keys), replace(self.facts, staffed=(), asap=None, slots=()))
        return self.lines()

    def goes(self, given: CallerInput) -> list[str]:
        said = dialogue.advance(self.step, given, self.facts)
        for _ in range(3):
            if isinstance(said, Turn):
                break
            self.effects.append(said)
            said = dialogue.after(self.step, said, result_of(said, self.facts), self.facts)
        assert isinstance(said, Turn)
        self.turn = said
        return self.lines()

    def lines(self) -> list[str]:
        assert self.turn is not None
        printed = plain.render(self.turn, words(), rules())
        return [URL.sub(r"\1", line) for line in printed.splitlines()]

    def _follow(self) -> None:
        assert self.turn is not None
        self.step = step_in(leading(self.turn))


def leading(turn: Turn) -> str:
    """The URL that the turn leads to; "" where the call ends or leaves the queue."""
    for instruction in turn.instructions:
        if isinstance(instruction, Gather | Enqueue | DialNumber | DialConference | Record):
            return instruction.action
        if isinstance(instruction, Redirect):
            return instruction.url
    return ""


def step_in(url: str) -> Step:
    parts = urlsplit(url)
    return step_of(parts.path.rpartition("/")[2], dict(parse_qsl(parts.query)))


NOBODY = replace(facts_at(), staffed=())
CLOSED = replace(facts_at(SUNDAY_NIGHT), staffed=(), asap=None)
EMERGENCY = "Jos joku on hengenvaarassa, lopeta tämä puhelu ja soita hätänumeroon yksi yksi kaksi."
GREETING = [
    "Kuopion kaupunki. Suomeksi: paina yksi.",
    "(sv) På svenska: tryck två.",
    "(en) In English: press three.",
    "[Gather 1, 7 s -> language]",
]
MENU = {
    "1": (
        "Asuminen, rakentaminen ja vesi: paina yksi.",
        "Kadut, pysäköinti ja bussit: paina kaksi.",
        "Päiväkodit, koulut ja perheet: paina kolme.",
        "Sosiaali- ja terveyspalvelut, joista vastaa hyvinvointialue: paina neljä.",
        "Kirjasto, liikunta ja kulttuuri: paina viisi.",
        "Jos et tiedä, mihin asiasi kuuluu, paina nolla.",
        "Soiton tarkistus: paina yhdeksän.",
        "Kuuntele uudelleen: paina tähteä.",
        "[Gather 1, 7 s -> topic]",
    ),
    "2": (
        "Boende, byggande och vatten: tryck ett.",
        "Gator, parkering och bussar: tryck två.",
        "Daghem, skolor och familjer: tryck tre.",
        "Social- och hälsovårdstjänster, som välfärdsområdet ansvarar för: tryck fyra.",
        "Bibliotek, idrott och kultur: tryck fem.",
        "Om du inte vet vart ditt ärende hör, tryck noll.",
        "Kontroll av samtal: tryck nio.",
        "Alternativen på nytt: tryck på stjärnan.",
        "[Gather 1, 7 s -> topic]",
    ),
    "3": (
        "Housing, building and water: press one.",
        "Streets, parking and buses: press two.",
        "Daycare, schools and families: press three.",
        "Health and social services, which are the wellbeing services county's: press four.",
        "Library, sports and culture: press five.",
        "If you are not sure which to choose, press zero.",
        "To check a call from us, press nine.",
        "To hear the options again, press star.",
        "[Gather 1, 7 s -> topic]",
    ),
}


def brought(*keys: str, **facts: object) -> Walk:
    """A call in which these keys have been pressed."""
    walk = Walk(**facts)  # type: ignore[arg-type]
    walk.rings()
    for key in keys:
        walk.presses(key)
    return walk


def says(walk: Walk, *parts: str) -> None:
    """The parts are heard in this order."""
    told = "\n".join(walk.lines())
    at = [told.find(part) for part in parts]
    assert -1 not in at, (parts, told)
    assert at == sorted(at), told


def lone(walk: Walk) -> Effect:
    [effect] = walk.effects
    return effect
