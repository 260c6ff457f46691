"""Who rings, what they want, and how their telephone answers: made up from one seed. No wire here.

Keys are pressed by what is heard, as the rig's residents do (tests/rig/plans.yaml).
"""

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from tests.load.leg import Leg
from tests.rig.habits import LANGUAGE_KEYS, LANGUAGES, PLANS, TOPICS, pieces

FIRST_KEY = (1.5, 6.0)  # business seconds into a question
TALK_SECONDS = (60.0, 330.0)
MESSAGE_SECONDS = (4, 12)
NO_ANSWER, BUSY = 0.15, 0.05
GIVES_UP = 0.12  # of those who wait
PATIENCE = (40.0, 240.0)  # business seconds in the line of those who give up
SHARES = {  # of all calls
    "waits": 42, "callback": 24, "message": 6, "withheld": 4, "moves": 6, "cancels": 4, "second matter": 6,
    "hangs up": 8,
}  # fmt: skip


@dataclass
class Resident:
    """``luck``: everything that is left to chance about her. ``network_of``: who answers at a number."""

    number: str
    plan: str
    language: str
    topic: Sequence[str]
    luck: random.Random
    network_of: Callable[[str], "Resident"]
    talk_seconds: float | None = None
    speaks_seconds: int = 6
    patient: bool = False  # has made up her mind how long she waits
    menus: list[str] = field(default_factory=list)
    heard: str = ""

    def __post_init__(self) -> None:
        self.menus = [LANGUAGE_KEYS[self.language], *self.topic]

    def hears(self, text: str) -> None:
        self.heard += " " + text

    def key(self, question: str) -> str | None:
        """What she will press in answer; None: she listens to the end and waits."""
        words = f"{self.heard} {question}"
        wanted = self._wanted(words)
        if wanted is not None:
            self.heard = ""
        return wanted

    def _wanted(self, words: str) -> str | None:
        if self.plan == "hangs up":
            return self.menus.pop(0) if len(self.menus) > 1 else None
        known = pieces(self.language)
        if len(self.menus) < 1 + len(self.topic):
            for name in PLANS[self.plan]:
                if known[name].hear in words:
                    return known[name].press
        return self.menus.pop(0) if self.menus and words.strip() else None

    def presses_after(self, listened: float) -> float:
        """Business seconds; nobody waits for the end of a question that she knows the answer to."""
        return min(self.luck.uniform(*FIRST_KEY), listened + 1.0)

    def waits(self, leg: Leg) -> None:
        """Some give up long before the others, who hang up at last too."""
        if not self.patient and self.luck.random() < GIVES_UP:
            leg.gives_up_at = leg.due + leg.pace.machine(self.luck.uniform(*PATIENCE))
        self.patient = True

    def is_busy(self) -> bool:
        return self.luck.random() < BUSY

    def answers_after(self) -> float | None:
        """None: nobody does."""
        return None if self.luck.random() < NO_ANSWER else self.luck.uniform(3.0, 14.0)


class Town:
    """Everybody who may ring or be rung. The same seed makes the same people."""

    def __init__(
        self,
        seed: int,
        numbers: int,
        talks: tuple[float, float] = TALK_SECONDS,
        shares: Mapping[str, int] = MappingProxyType(SHARES),
    ) -> None:
        self._luck, self._numbers, self._talks, self._shares = random.Random(seed), numbers, talks, shares
        self.counted = Counter[str]()

    def somebody(self) -> Resident:
        """Who rings next."""
        plan = self._luck.choices(list(self._shares), list(self._shares.values()))[0]
        number = "anonymous" if plan == "withheld" else self.number(self._luck.randrange(self._numbers))
        self.counted[plan] += 1
        made = self.of(number)
        self.counted[made.language] += 1
        made.plan = plan
        return made

    @staticmethod
    def number(at: int) -> str:
        return f"+35840{5_000_000 + at:07d}"

    def of(self, number: str) -> Resident:
        luck = random.Random(self._luck.random())
        made = Resident(number, "waits", luck.choice(LANGUAGES), luck.choice(TOPICS), luck, self.of)
        made.talk_seconds = luck.uniform(*self._talks)
        made.speaks_seconds = luck.randint(*MESSAGE_SECONDS)
        return made


def listener(town: Town) -> Resident:
    """At an agent's telephone: no keys, no end of her own."""
    made = town.of("client:nobody")
    made.talk_seconds, made.menus = None, []
    return made
