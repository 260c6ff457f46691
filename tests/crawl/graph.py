"""What is wrong with the whole: places nobody gets out of, keys that are told and lead nowhere, help that comes late.

The longest way to help is counted for two callers: one who listens to the end of each menu and presses after a
second and a half, and one who presses as soon as her option has been said.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from emulator.twiml_tables import Context
from tests.crawl.explore import Branch, Crawl
from tests.crawl.judge import TALKED, Fault, any_means, means
from tests.crawl.played import Asks, Queues, Rings
from tests.crawl.words import CODES, Words

OFFER_SECONDS = 60.0
KEY_SECONDS = 1.5  # from the last word to the key
SILENT = ("silence", "goes on", "waits", "leaves the line")


@dataclass(frozen=True)
class Way:
    """A way through the menus until help is offered."""

    seconds: float
    keys: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s: {' > '.join(self.keys)}"


@dataclass(frozen=True)
class Caller:
    name: str
    listens: bool  # to the end of each menu; else she presses as soon as her key has been said
    content_with_zero: bool = False  # "press zero, an adviser will help you" is the offer of a person to her
    astray: bool = False  # says nothing, or presses what is not there


LISTENER = Caller("who listens to the end", listens=True)
PRESSER = Caller("who presses at her key", listens=False)
STRAY = Caller("who says nothing or presses wrong keys", listens=True, content_with_zero=True, astray=True)
INTERRUPTED = Caller("who hears a notice first", listens=True, content_with_zero=True)
CALLERS = (LISTENER, PRESSER, STRAY)


class Graph:
    callers: tuple[Caller, ...] = CALLERS

    def __init__(self, crawl: Crawl, words: Words) -> None:
        self.crawl, self.words = crawl, words
        self.out: dict[str, list[Branch]] = {}
        for branch in crawl.branches:
            self.out.setdefault(branch.place, []).append(branch)

    def faults(self) -> Iterator[Fault]:
        yield from self._no_way_out()
        yield from self._silent_for_ever()
        yield from self._told_but_wrong()
        for caller in self.callers:
            way = self.longest(caller)
            if way.seconds > OFFER_SECONDS:
                yield Fault("offer", f"a caller {caller.name} is offered nothing for {way.seconds:.1f} s", way.keys)

    # --- out of every place --------------------------------------------------------------------------------------

    def _no_way_out(self) -> Iterator[Fault]:
        good = {where for where, place in self.crawl.places.items() if isinstance(place.next, Queues | Rings)}
        good |= {branch.place for branch in self.crawl.branches if not branch.leads}
        good |= {where for where in self.crawl.places if where not in self.out}  # nobody has been there yet
        before: dict[str, set[str]] = {}
        for branch in self.crawl.branches:
            before.setdefault(branch.leads, set()).add(branch.place)
        waiting = list(good)
        while waiting:
            for earlier in before.get(waiting.pop(), set()) - good:
                good.add(earlier)
                waiting.append(earlier)
        for key, place in self.crawl.places.items():
            if key not in good:
                yield Fault("dead end", f"no way out of {key}", tuple(knock.name for knock in place.knocks))

    def _silent_for_ever(self) -> Iterator[Fault]:
        """Whoever says nothing comes to an end, or stands in a line."""
        following = {
            branch.place: branch.leads
            for branch in self.crawl.branches
            if branch.name in SILENT and branch.context is Context.CALL
        }
        for key, place in self.crawl.places.items():
            at, seen = key, set[str]()
            while at and at not in seen and not isinstance(self.crawl.places[at].next, Queues | Rings):
                seen.add(at)
                at = following.get(at, "")
            if at in seen and place.context is Context.CALL:
                yield Fault("dead end", f"silence goes round and round from {key}", _path(place.knocks))

    def _told_but_wrong(self) -> Iterator[Fault]:
        for key, place in self.crawl.places.items():
            if not isinstance(place.next, Asks) or place.next.digits != 1 or place.context is not Context.CALL:
                continue
            told = self.words.told_keys(place.played)
            for branch in self.out.get(key, []):
                said = self.words.keys_of(branch.played)
                if branch.name in told and any_means(said, "not_understood"):
                    yield Fault("key", f"key {branch.name} is told and not understood at {key}", branch.path)

    # --- how long until help is offered --------------------------------------------------------------------------

    def longest(self, caller: "Caller") -> Way:
        return max(self.ways(caller), key=lambda way: way.seconds, default=Way(0.0, ()))

    def ways(self, caller: "Caller") -> Iterator[Way]:
        """Every way of this caller until a person, a line or a promise is offered, or the call ends."""
        for first in self.out.get("", []):
            yield from self._ways(first, 0.0, ("rings",), caller, frozenset())

    def _ways(
        self, branch: Branch, at: float, keys: tuple[str, ...], caller: "Caller", seen: frozenset[str]
    ) -> Iterator[Way]:
        offered = self._offered(branch, caller)
        if offered is not None:
            yield Way(at + offered, keys)
            return
        if not branch.leads or branch.leads in seen:
            return
        told = self.words.told_keys(branch.played)
        for following in self.out.get(branch.leads, []):
            spent = self._spent(branch, following.name, told, caller)
            if spent is not None:
                yield from self._ways(following, at + spent, (*keys, following.name), caller, seen | {branch.leads})

    def _spent(self, branch: Branch, name: str, told: Mapping[str, float], caller: "Caller") -> float | None:
        """Seconds that this caller spends before she does so; None: she does not."""
        if name == "goes on":
            return branch.played.seconds
        if name in told and name != "*":
            return branch.played.seconds + KEY_SECONDS if caller.listens else told[name]
        if caller.astray and name in ("silence", "9", "#"):
            silent = branch.played.next.timeout if isinstance(branch.played.next, Asks) else 0
            return branch.played.seconds + (silent if name == "silence" else KEY_SECONDS)
        return None

    def _offered(self, branch: Branch, caller: "Caller") -> float | None:
        """When help is offered in this answer: a sentence that says so, information told, or a telephone that rings."""
        if any_means(self.words.keys_of(branch.played), "information"):
            return 0.0
        for said in branch.played.said:
            key = self.words.key_of(said.text, CODES.get(said.language, ""))
            if means(key, "offers"):
                return said.first
            if caller.content_with_zero and means(key, "person_by_zero"):
                return said.ends
        if isinstance(branch.played.next, Queues | Rings) or branch.name in TALKED:
            return branch.played.seconds
        return None


def _path(knocks: tuple[object, ...]) -> tuple[str, ...]:
    return tuple(str(getattr(knock, "name", "")) for knock in knocks)
