"""Residents beside the load who do what the load does not: say nothing, press too early, cancel, leave at a word."""

import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import requests

from tests.chaos.fault import Scene
from tests.chaos.plans import LOOK_SECONDS, STEP_SECONDS, Over, Telephone, through_the_menu
from tests.rig.habits import pieces
from tests.rig.lab import Impossible
from tests.rig.resident import HEARD, OVER

Life = Callable[[Telephone], str]
MATTER = "callback_offer"
TALK_SECONDS = 8.0


class Crowd:
    """Who has been rung up by a fault itself; waited for before the fault is over."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._threads: list[threading.Thread] = []

    def rings(self, life: Life, number: str = "", on_ring: str = "answer") -> str:
        """One more resident begins to telephone; her number."""
        load = self._scene.load
        who = number or f"+35840{load.pace.series:03}{9999 - len(load.numbers):04}"
        load.numbers.append(who)
        luck = random.Random(self._scene.random.random())
        thread = threading.Thread(target=self._live, args=(life, who, on_ring, luck), daemon=True)
        self._threads.append(thread)
        thread.start()
        return who

    def has_gone(self, within: float = 60.0) -> None:
        for thread in self._threads:
            thread.join(within)

    def _live(self, life: Life, number: str, on_ring: str, luck: random.Random) -> None:
        scene, ending = self._scene, "could not ring"
        telephone = Telephone(scene.city, number, luck)
        with suppress(requests.RequestException, AssertionError, Impossible):
            scene.city.lab.behave(number, on_ring, after=luck.uniform(1, 3), talk=TALK_SECONDS)
            telephone.rings()
            try:
                ending = life(telephone)
            except Over as over:
                ending = over.why
        scene.counts[ending] += 1
        if telephone.heard is not None:
            scene.load.heard.append(telephone.heard)


def says_nothing(telephone: Telephone) -> str:
    """Listens to whatever is said, to the end."""
    return "silent to the end" if telephone.until_over(40.0) else hangs_up(telephone, "silent, hung up")


def leaves_at(piece: str) -> Life:
    """Hangs up as soon as she hears this."""

    def life(telephone: Telephone) -> str:
        if piece == "greeting":
            telephone.hears("greeting")
            return hangs_up(telephone, "left at greeting")
        through_the_menu_to(telephone, piece)
        return hangs_up(telephone, f"left at {piece}")

    return life


def through_the_menu_to(telephone: Telephone, piece: str) -> None:
    """As far as these words; past the offer by its key where they come after it."""
    through_the_menu(telephone)
    heard = telephone.hears(MATTER, "connecting")
    if heard != MATTER or piece == MATTER:
        return
    telephone.press("1")
    telephone.hears("number_right")
    if piece == "number_right":
        return
    telephone.press("1")
    telephone.hears("promise")


def presses_at_once(telephone: Telephone) -> str:
    """Knows the keys by heart and waits for nothing."""
    for key in (telephone.key, "1", "1", "1", "1"):
        telephone.press(key)
    return "promised unheard" if telephone.until_over(15.0) else hangs_up(telephone, "pressed on")


def presses_anything(telephone: Telephone) -> str:
    for _ in range(12):
        telephone.press(telephone.luck.choice("0123456789*#"))
    return hangs_up(telephone, "pressed anything")


def calls_off(telephone: Telephone) -> str:
    """Rings about her own request and cancels it: the language, the key for cancelling, and that she is sure."""
    known = pieces(telephone.language)
    telephone.hears("greeting")
    telephone.press(telephone.key)
    hears_words(telephone, known["cancel"].hear)
    telephone.press(known["cancel"].press)
    hears_words(telephone, known["sure"].hear)
    telephone.press(known["sure"].press)
    telephone.until_over(15.0)
    return "called off"


def hears_words(telephone: Telephone, words: str) -> None:
    """Any words at all. Raises Over."""
    deadline = time.monotonic() + STEP_SECONDS
    while time.monotonic() < deadline:
        view = telephone.look()
        if any(words.lower() in event.text.lower() for event in view.events if event.kind in HEARD):
            return
        if view.status in OVER:
            raise Over(f"cut before: {words}")
        time.sleep(LOOK_SECONDS)
    telephone.hangs_up()
    raise Over(f"never heard: {words}")


def hangs_up(telephone: Telephone, ending: str) -> str:
    telephone.hangs_up()
    return ending
