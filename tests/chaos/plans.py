"""What a resident of the load wants of her call, and her telephone: she waits for words and presses keys."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.chaos.city import ChaosCity
from tests.rig.installation import CITY_NUMBER
from tests.rig.lab import CallView, Impossible
from tests.rig.resident import HEARD, OVER
from tests.rig.words import heard

LOOK_SECONDS = 0.15
STEP_SECONDS = 25.0  # machine time in which the next words come, or she gives up
LANGUAGES = (("fi", "1"), ("fi", "1"), ("fi", "1"), ("sv", "2"), ("en", "3"))


@dataclass(frozen=True)
class Heard:
    """A promise that was spoken to its end."""

    number: str
    call_sid: str
    machine: float
    words: str


class Over(Exception):
    """The call ended before the words came; ``why`` for the table."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Telephone:
    def __init__(self, city: ChaosCity, number: str, luck: random.Random) -> None:
        self.number, self.luck = number, luck
        self.language, self.key = luck.choice(LANGUAGES)
        self.heard: Heard | None = None
        self.call_sid = ""
        self._lab = city.lab
        self._heard_to = 0

    def rings(self) -> None:
        self.call_sid = self._lab.ring(self.number, CITY_NUMBER)

    def hears(self, *pieces: str) -> str:
        """The first of these pieces of ``heard.yaml`` that is said from now on; "" once she talks. Raises Over."""
        wanted = {piece: heard(self.language)[piece].lower() for piece in pieces}
        deadline = time.monotonic() + STEP_SECONDS
        while time.monotonic() < deadline:
            view = self.look()
            for word in view.events:
                if word.n < self._heard_to or word.kind not in HEARD:
                    continue
                for piece, words in wanted.items():
                    if words in word.text.lower():
                        self._heard_to = word.n + 1
                        if piece == "promise":
                            self.heard = Heard(self.number, self.call_sid, word.machine, word.text)
                        return piece
            if view.talking_with:
                return ""
            if view.status in OVER:
                raise Over("cut")
            time.sleep(LOOK_SECONDS)
        self.hangs_up()
        raise Over("never heard " + " or ".join(pieces))

    def press(self, key: str) -> None:
        deadline = time.monotonic() + STEP_SECONDS
        while time.monotonic() < deadline:
            view = self.look()
            if view.status in OVER:
                raise Over("cut")
            if view.gathering:
                try:
                    self._lab.press(self.call_sid, key)
                except Impossible:
                    raise Over("cut") from None
                return
            time.sleep(LOOK_SECONDS)
        self.hangs_up()
        raise Over("nobody listened for a key")

    def look(self) -> CallView:
        return self._lab.call(self.call_sid)

    def talks(self) -> bool:
        return bool(self.look().talking_with)

    def hangs_up(self) -> None:
        try:
            self._lab.hang_up(self.call_sid)
        except Impossible:
            return

    def until_over(self, within: float = STEP_SECONDS) -> bool:
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            if self.look().status in OVER:
                return True
            time.sleep(LOOK_SECONDS)
        return False


@dataclass(frozen=True)
class Plan:
    weight: float
    live: Callable[[Telephone], str]

    def lived(self, telephone: Telephone) -> str:
        """How the call ended, for the table."""
        try:
            return self.live(telephone)
        except Over as over:
            return over.why


def through_the_menu(telephone: Telephone) -> None:
    telephone.hears("greeting")
    telephone.press(telephone.key)
    telephone.hears("topics")
    telephone.press("1")
    telephone.hears("housing")
    telephone.press("1")


def takes_a_callback(telephone: Telephone) -> str:
    through_the_menu(telephone)
    for words in ("callback_offer", "number_right"):
        if not telephone.hears(words):
            return talks(telephone)
        telephone.press("1")
    if not telephone.hears("promise"):
        return talks(telephone)
    telephone.until_over()
    return "promised"


def waits(telephone: Telephone) -> str:
    through_the_menu(telephone)
    return talks(telephone)


def talks(telephone: Telephone) -> str:
    """Waits in the line until an agent is there, then for a while; whoever is not reached hangs up."""
    deadline = time.monotonic() + STEP_SECONDS
    while time.monotonic() < deadline:
        view = telephone.look()
        if view.status in OVER:
            return "over before a talk"
        if view.talking_with:
            time.sleep(telephone.luck.uniform(2.5, 4.5))
            telephone.hangs_up()
            return "talked"
        time.sleep(LOOK_SECONDS)
    telephone.hangs_up()
    return "left the line"


def leaves(telephone: Telephone) -> str:
    """Hangs up somewhere in the menus."""
    time.sleep(telephone.luck.uniform(0.1, 3))
    telephone.hangs_up()
    return "left"


PLANS: Mapping[str, Plan] = {
    "callback": Plan(0.65, takes_a_callback),
    "waits": Plan(0.2, waits),
    "leaves": Plan(0.15, leaves),
}
