"""Callers for the dialogue alone: each a set of facts, so that every path of words can be heard and timed."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from callbacks.model import Window
from ivr.effects import JoinLine
from ivr.facts import Callable, Facts, KnownMatter, LineFacts, NotCallable, Ringback
from ivr.speech.announcements import Announcements, load
from routing_rules import document
from routing_rules.model import LANGUAGES, Notice, Ruleset
from routing_rules.routes import StaffedDesk
from tests.crawl.pure import BASE, CITY, DialogueAlone
from tests.crawl.scenarios import MOMENTS

SAMPLE = Path(__file__).parents[2] / "routing_rules" / "samples" / "kuopio.yaml"
LONGEST_NOTICE = 200  # characters


@cache
def sample() -> Ruleset:
    return document.parse(SAMPLE.read_text(encoding="utf-8"))


@cache
def catalogue() -> Announcements:
    return load()


def staffed(*languages: str) -> tuple[StaffedDesk, ...]:
    return tuple(StaffedDesk(d.id, frozenset(languages)) for d in sample().departments if d.kind == "console")


EVERYBODY = staffed(*LANGUAGES)


def facts(at: datetime, who: tuple[StaffedDesk, ...] = EVERYBODY, soon: bool = True) -> Facts:
    whole = at.replace(minute=0)
    later = [whole + timedelta(days=days, hours=hours) for days, hours in ((0, 3), (1, 1), (9, 2))]
    return Facts(
        rules=sample(), now=at, base=BASE, nonce="n", caller=Callable("+358407654321"), staffed=who, can_text=True,
        asap=Window(at, at + timedelta(hours=1)) if soon else None,
        slots=tuple(Window(start, start + timedelta(hours=2)) for start in later),
    )  # fmt: skip


def in_line(**more: object) -> "InLine":
    return InLine(more)


class InLine:
    """How a caller's place looks while she stands there."""

    def __init__(self, more: Mapping[str, object]) -> None:
        self.more = more

    def __call__(self, effect: JoinLine, facts: Facts) -> LineFacts:
        line = LineFacts(
            id="line1", state="waiting", topic=effect.topic, department=effect.department, desk=effect.desk, place=14,
            wait_minutes=75, led=False, staffed=True, desk_closed=False, extended_open=True, extended_wait=12,
        )  # fmt: skip
        return replace(line, **self.more)  # type: ignore[arg-type]


def scenarios() -> Iterator[tuple[str, DialogueAlone]]:
    day, night = MOMENTS["Tuesday 10.00"], MOMENTS["Wednesday 02.00"]
    open_now, closed = facts(day), replace(facts(night, (), soon=False))
    yield "open", _city(open_now)
    yield "evening", _city(facts(MOMENTS["Tuesday 18.30"]))
    yield "closed", _city(closed)
    yield "closed, withheld", _city(replace(closed, caller=NotCallable("withheld")))
    yield "closed, nothing to promise", _city(replace(closed, slots=()))
    yield "nobody on duty", _city(facts(day, (), soon=False))
    yield "only Finnish on duty", _city(facts(day, staffed("fi")))
    yield "overloaded", _city(replace(open_now, wait_minutes=90))
    none = {"asap": None, "slots": (), "stopped": True}
    yield "the city's ringing is stopped", _city(replace(open_now, **none))  # type: ignore[arg-type]
    yield "stopped, nobody on duty", _city(replace(facts(day, (), soon=False), **none))  # type: ignore[arg-type]
    yield "stopped, closed", _city(replace(closed, **none))  # type: ignore[arg-type]
    yield "withheld", _city(replace(open_now, caller=NotCallable("withheld")))
    yield "foreign", _city(replace(open_now, caller=NotCallable("foreign")))
    yield "landline, another number shown", _city(replace(open_now, can_text=False, shown_number=CITY))
    yield from _known(open_now, closed)
    yield from _on_air(open_now, closed)
    yield "the desk closes", DialogueAlone(open_now, catalogue(), in_line(desk_closed=True))
    yield (
        "the desk closes, no other",
        DialogueAlone(open_now, catalogue(), in_line(desk_closed=True, extended_open=False)),
    )
    yield "an adviser has accepted", DialogueAlone(open_now, catalogue(), in_line(state="bridging"))
    later = Window(day + timedelta(days=1), day + timedelta(days=1, hours=2))
    again = KnownMatter("request1", sample().general_topic, "requested", 1, later)
    yield "the same matter again", replace(_city(facts(day, (), soon=False)), same=again)
    yield "the sound is not there", DialogueAlone(open_now, catalogue(), in_line(), playable=False)


def _city(known: Facts) -> DialogueAlone:
    return DialogueAlone(known, catalogue(), in_line())


def _known(open_now: Facts, closed: Facts) -> Iterator[tuple[str, DialogueAlone]]:
    later = Window(open_now.now + timedelta(days=8), open_now.now + timedelta(days=8, hours=2))
    sensitive = next(t.id for t in sample().topics if t.sensitive and t.department)
    plain = next(t.id for t in sample().topics if not t.sensitive and not t.urgent and t.department)
    one = KnownMatter("request1", plain, "requested", 1, later)
    other = replace(one, request_id="request2", topic=sensitive)
    missed = Ringback("request1", plain, open_now.now - timedelta(days=8))
    yield "known", _city(replace(open_now, known=(one,)))
    yield "known, sensitive", _city(replace(open_now, known=(other,)))
    yield "known, two matters", _city(replace(open_now, known=(one, other)))
    yield "known, closed", _city(replace(closed, known=(one,)))
    yield "missed", _city(replace(open_now, ringback=missed))
    yield "missed, rung again", _city(replace(open_now, known=(one, other), ringback=missed))
    yield "missed, closed", _city(replace(closed, ringback=missed))


def _on_air(open_now: Facts, closed: Facts) -> Iterator[tuple[str, DialogueAlone]]:
    """A notice as long as a notice may be, before everything and before one matter."""
    general = Notice("n1", _words())
    topic = next(t.id for t in sample().topics if t.department and not t.urgent)
    yield "a notice for all", _city(replace(open_now, notices=(general,)))
    yield "a notice for all, closed", _city(replace(closed, notices=(general,)))
    yield "a notice for a matter", _city(replace(open_now, notices=(replace(general, topics=(topic,)),)))


def _words() -> Mapping[str, str]:
    """As long as a notice may be."""
    said = {
        "fi": "Petosella on vesikatko kello kahdeksaantoista asti. Korjaamme vikaa parhaillaan. ",
        "sv": "I Petonen är vattnet avstängt till klockan arton. Vi reparerar felet som bäst. ",
        "en": "The water is cut off in Petonen until six in the evening. We are mending the fault now. ",
    }
    return {language: (words * 4)[: LONGEST_NOTICE - 1].rstrip(" .") + "." for language, words in said.items()}
