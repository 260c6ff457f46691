"""How a made-up resident spends the day: rings at her hours with a plan, waits, takes the callback, moves, cancels.

She presses by what she hears (plans.yaml); the first key is her language, then her matter's.
"""

import random
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import requests
import yaml

from adapters.clock import FileClock
from tests.rig.city import City
from tests.rig.lab import CallView, Impossible
from tests.rig.resident import HEARD, Resident

LANGUAGES = ("fi", "fi", "fi", "sv", "en")
LANGUAGE_KEYS = {"fi": "1", "sv": "2", "en": "3"}
TOPICS = (("1", "1"), ("1", "4"), ("1", "2"), ("2", "3"), ("3", "1"), ("5", "1"), ("0",))
USUAL = ("number", "tried", "same", "keep")  # what anybody answers
PLANS: Mapping[str, Sequence[str]] = {
    "waits": USUAL,
    "callback": (*USUAL, "back", "time"),
    "moves": ("move", *USUAL, "time"),
    "cancels": ("sure", "cancel", *USUAL, "back"),
    "second matter": ("other", *USUAL, "back", "time"),
    "message": ("left", "message", "message_two", *USUAL),
    "withheld": ("number",),
    "urgent": ("duty", *USUAL),
}
ORDINARY = ("waits", "callback", "callback", "moves", "cancels", "second matter", "message", "withheld")
PATIENCE_SECONDS = 900.0  # business time on the telephone before she gives up
BETWEEN_MINUTES = (70, 260)
TALK_SECONDS = (60.0, 360.0)
LONGEST_TALK = 480.0
MISSES_A_RING = 0.25
HAS_A_MACHINE_ON = 0.12
FIRST_HOUR, LAST_HOUR = 8, 22
KEY_AFTER_SECONDS = 3.0
NIGHT_CALLERS = 3  # so many ring about a burst pipe when every desk is closed
SAYS = "Soittakaa minulle."
HELSINKI = ZoneInfo("Europe/Helsinki")
LONGEST_NAP = 0.5  # machine seconds: a changed rate is noticed this soon


@dataclass(frozen=True)
class Piece:
    hear: str
    press: str


@cache
def pieces(language: str) -> Mapping[str, Piece]:
    written = yaml.safe_load(Path(__file__).with_name("plans.yaml").read_text("utf-8"))
    return {name: Piece(**entry) for name, entry in written[language].items()}


class Hours:
    """Business time from the city's own file, also while its rate changes: forty residents must not ask the lab."""

    def __init__(self, city: City) -> None:
        self._clock = FileClock(Path(city.installation.environment["CLOCK_FILE"]))

    def now(self) -> datetime:
        return self._clock.now().astimezone(HELSINKI)


def live_a_day(city: City, number: int, luck: random.Random, over: threading.Event) -> None:
    resident = city.resident(f"+3584055500{number:02}")
    hours = Hours(city)
    next_call = hours.now() + timedelta(minutes=luck.uniform(0, 120))
    language = luck.choice(LANGUAGES)
    while not over.is_set():
        _new_mood(city, resident, luck)
        while not over.is_set() and (wait := (next_call - hours.now()).total_seconds()) > 0:
            over.wait(min(wait / city.rate, LONGEST_NAP))
        if over.is_set():
            return
        night = hours.now().hour >= LAST_HOUR
        plan = "urgent" if night and number < NIGHT_CALLERS else luck.choice(ORDINARY)
        if FIRST_HOUR <= hours.now().hour < LAST_HOUR or plan == "urgent":
            _rings(city, resident, hours, _Call(language, plan, luck.choice(TOPICS)), over)
        next_call = hours.now() + timedelta(minutes=luck.uniform(*BETWEEN_MINUTES))
        if number < NIGHT_CALLERS and hours.now().hour < LAST_HOUR:
            next_call = min(next_call, hours.now().replace(hour=LAST_HOUR, minute=1 + number))


@dataclass(frozen=True)
class _Call:
    language: str
    plan: str
    topic: Sequence[str]


def _new_mood(city: City, resident: Resident, luck: random.Random) -> None:
    """Whether the next ring is answered, by her or by her machine, and how long she then talks."""
    chance = luck.random() - MISSES_A_RING
    on_ring = "no-answer" if chance < 0 else "machine" if chance < HAS_A_MACHINE_ON else "answer"
    with suppress(requests.RequestException):
        city.lab.behave(resident.number, on_ring, after=luck.uniform(2, 12), talk=luck.uniform(*TALK_SECONDS))


def _rings(city: City, resident: Resident, hours: Hours, call: _Call, over: threading.Event) -> None:
    try:
        resident.rings_withheld() if call.plan == "withheld" else resident.ring()
        _on_the_line(city, resident, hours, call, over)
    except (AssertionError, Impossible, requests.RequestException):
        resident.gives_up()


def _on_the_line(city: City, resident: Resident, hours: Hours, call: _Call, over: threading.Event) -> None:
    menus = [LANGUAGE_KEYS[call.language], *([] if call.plan == "urgent" else call.topic)]
    began, heard_to, spoken = hours.now(), 0, False
    talks_from: datetime | None = None
    while not over.is_set():
        time.sleep(KEY_AFTER_SECONDS / city.rate)
        view = resident.view()
        if view.status in ("completed", "busy", "no-answer", "canceled", "failed"):
            return
        if view.talking_with:
            talks_from, began = talks_from or hours.now(), hours.now()
            if (hours.now() - talks_from).total_seconds() > LONGEST_TALK:  # a withheld number has no habits of its own
                resident.hangs_up()
                return
        if (hours.now() - began).total_seconds() > PATIENCE_SECONDS:
            resident.hangs_up()
            return
        if view.recording and not spoken:
            resident.speak(SAYS, then="#")
            spoken = True
        if view.gathering and (key := _wanted(view, heard_to, menus, call)) is not None:
            heard_to = len(view.events)
            city.lab.press(resident.call_sid, key)


def _wanted(view: CallView, heard_to: int, menus: list[str], call: _Call) -> str | None:
    """What the words since the last key ask for; the menus' own keys where they ask for nothing of hers."""
    words = " ".join(word.text for word in view.events if word.n >= heard_to and word.kind in HEARD)
    known = pieces(call.language)
    if len(menus) < 1 + len(call.topic) or call.plan == "urgent":
        for name in PLANS[call.plan]:
            if known[name].hear in words:
                return known[name].press
    return menus.pop(0) if menus and words else None


def rings_once(city: City, number: int, luck: random.Random, over: threading.Event) -> None:
    """One call within four minutes, with a short talk: for an hour that has to be over soon."""
    resident = city.resident(f"+3584055500{number:02}")
    city.lab.behave(resident.number, "answer", after=3, talk=luck.uniform(20, 60))
    over.wait(luck.uniform(0, 240) / city.rate)
    call = _Call(LANGUAGES[number % len(LANGUAGES)], "waits", TOPICS[number % len(TOPICS)])
    _rings(city, resident, Hours(city), call, over)
