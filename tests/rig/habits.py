"""How a made-up resident spends the day: rings at her hours, waits or takes the callback, answers or does not."""

import random
import threading
import time

import requests

from tests.rig.city import City
from tests.rig.lab import Impossible
from tests.rig.resident import Resident

LANGUAGES = ("1", "1", "1", "2", "3")
TOPICS = (("1", "1"), ("1", "1"), ("1", "2"), ("2", "3"), ("3", "1"), ("5", "1"), ("0",))
PATIENCE_SECONDS = 900.0  # business time on the telephone before she gives up
BETWEEN_MINUTES = (35, 150)
TALK_SECONDS = (60.0, 420.0)
TAKES_CALLBACK, MISSES_A_RING = 0.5, 0.25
FIRST_HOUR, LAST_HOUR = 8, 22
KEY_AFTER_SECONDS = 2.0


def live_a_day(city: City, number: int, luck: random.Random, over: threading.Event) -> None:
    resident = city.resident(f"+3584055500{number:02}")
    next_call = luck.uniform(0, 120) * 60
    start = city.business_moment()
    while not over.is_set():
        try:
            _new_mood(city, resident, luck)
            if (city.business_moment() - start).total_seconds() >= next_call:
                _rings(city, resident, luck, over)
                next_call = (city.business_moment() - start).total_seconds() + luck.uniform(*BETWEEN_MINUTES) * 60
        except (AssertionError, requests.RequestException):
            resident.gives_up()
        over.wait(20 / city.rate)


def _new_mood(city: City, resident: Resident, luck: random.Random) -> None:
    """Whether the next ring is answered, and how long she then talks."""
    on_ring = "no-answer" if luck.random() < MISSES_A_RING else "answer"
    city.lab.behave(resident.number, on_ring, after=luck.uniform(2, 12), talk=luck.uniform(*TALK_SECONDS))


def _rings(city: City, resident: Resident, luck: random.Random, over: threading.Event) -> None:
    """Presses like a person who knows the menu, then listens; in the line she may take the callback."""
    if not FIRST_HOUR <= city.business_moment().hour < LAST_HOUR:
        return
    resident.ring()
    keys = [luck.choice(LANGUAGES), *luck.choice(TOPICS)]
    callback = luck.random() < TAKES_CALLBACK
    began = city.business_moment()
    while not over.is_set() and not resident.is_over():
        view = resident.view()
        if view.talking_with:
            resident.call_ends(within=1200)
            return
        if (city.business_moment() - began).total_seconds() > PATIENCE_SECONDS:
            resident.hangs_up()
            return
        if view.gathering and (keys or (callback and _asks_for_one(resident))):
            _presses(city, resident, keys.pop(0) if keys else "1")
        time.sleep(KEY_AFTER_SECONDS / city.rate)


def _asks_for_one(resident: Resident) -> bool:
    """The last words heard were those that name key one for a callback, or a number read back."""
    words = [word.text.lower() for word in resident.transcript()[-4:]]
    return any("paina yksi" in text or "tryck ett" in text or "press one" in text for text in words)


def _presses(city: City, resident: Resident, key: str) -> None:
    try:
        city.lab.press(resident.call_sid, key)
    except Impossible:
        return
