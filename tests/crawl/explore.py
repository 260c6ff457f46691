"""Rings again and again until every branch has been tried once. Knows addresses and keys, not what they mean.

A place is what may happen next: a question at its address, a ringing telephone, a line. The same address with another
nonce is the same place. From each place everything is tried: before each try the record is put back to how it stood
when the call came there, and the URL is the session, so that nobody needs to ring anew from the beginning.
"""

import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit

from emulator.twiml_tables import Context
from tests.crawl.played import (
    Asks,
    Goes,
    HangsUp,
    Leaves,
    Next,
    Played,
    Queues,
    Records,
    Rings,
    RunsOut,
    places,
    play,
    queue_of,
)

KEYS = tuple("0123456789*#")
LONG_KEYS = ("0405556667", "0175550142", "112", "0600123456", "00", "1" * 32, "204519", "000000", "*", "1*2")
DIALLED = ("completed", "answered", "busy", "no-answer", "failed", "canceled")
QUEUED = ("hangup", "error", "queue-full", "system-error", "redirected")
RECORDED = (("0", ""), ("1", ""), ("12", ""), ("120", "#"), ("9", "hangup"))
HANGS_UP = "hangs up"
NOTHING = Played((), 0.0, 0.0, HangsUp(), ())
CYCLE = 5  # turns in the line after which it begins anew


@dataclass(frozen=True)
class Knock:
    url: str
    form: tuple[tuple[str, str], ...] = ()
    name: str = "rings"


@dataclass(frozen=True)
class Answer:
    status: int
    body: str


class City(Protocol):
    """Whoever answers: a whole web process, or the dialogue alone."""

    def answer(self, call: str, url: str, form: tuple[tuple[str, str], ...]) -> Answer: ...

    def mark(self, call: str) -> object:
        """How things stand now."""

    def back_to(self, mark: object) -> None:
        """As they stood then: what was written since has never been."""


@dataclass
class Place:
    key: str
    next: Next
    played: Played
    context: Context
    knocks: tuple[Knock, ...]
    call: str
    mark: object  # how things stood when this call had come here
    queue: str = ""  # the action of the line this wait document belongs to


@dataclass(frozen=True)
class Branch:
    """One thing a caller did, and what she heard then."""

    place: str
    name: str
    url: str
    answer: Answer
    played: Played
    context: Context
    leads: str  # the place it leads to; "" the call is over
    path: tuple[str, ...]


@dataclass
class Crawl:
    city: City
    begin: Knock
    hang_up: Knock | None = None  # what the provider tells when the caller hangs up
    simplify: Callable[[dict[str, str]], dict[str, str]] = lambda parameters: parameters
    most: int = 100_000
    places: dict[str, Place] = field(default_factory=dict)
    branches: list[Branch] = field(default_factory=list)

    def run(self) -> "Crawl":
        waiting: deque[str] = deque()
        first = self._try(None, self.begin)
        waiting.extend(self._keep(first))
        while waiting and len(self.branches) < self.most:
            shallow = len(self.places) % 2 == 0  # in turns, so that a bounded crawl sees the wide and the deep
            place = self.places[waiting.popleft() if shallow else waiting.pop()]
            for knock in (*moves(place), *self._hanging_up()):
                waiting.extend(self._keep(self._try(place, knock)))
        return self

    def _hanging_up(self) -> tuple[Knock, ...]:
        return (replace(self.hang_up, name=HANGS_UP),) if self.hang_up is not None else ()

    # --- one call ------------------------------------------------------------------------------------------------

    def _try(self, place: Place | None, knock: Knock) -> "_Tried":
        """The call that came here goes on, as if nobody had tried anything else from here."""
        if place is None:
            call = f"CA{1:032x}"
        else:
            call = place.call
            self.city.back_to(place.mark)
        answer = self.city.answer(call, knock.url, knock.form)
        context = context_of(knock.url)
        played = play(answer.body, context) if knock.name != HANGS_UP else NOTHING
        before = place.knocks if place is not None else ()
        return _Tried(place, knock, answer, played, context, (*before, knock), call)

    # --- what it leads to ----------------------------------------------------------------------------------------

    def _keep(self, tried: "_Tried") -> Iterator[str]:
        following = tried.played.next
        key = "" if isinstance(following, HangsUp | RunsOut) else self._key(following, tried.context, tried)
        path = tuple(knock.name for knock in tried.knocks)
        self.branches.append(
            Branch(
                tried.place.key if tried.place else "",
                tried.knock.name,
                tried.knock.url,
                tried.answer,
                tried.played,
                tried.context,
                key,
                path,
            )
        )
        if not key or key in self.places:
            return
        mark = self.city.mark(tried.call)
        self.places[key] = Place(
            key, following, tried.played, tried.context, tried.knocks, tried.call, mark, tried.queue
        )
        yield key

    def _key(self, following: Next, context: Context, tried: "_Tried") -> str:
        where = " ".join(self._plain(url) for url in places(following))
        if isinstance(following, Leaves):
            where = self._plain(tried.queue)
        return f"{type(following).__name__} {context.name} {where}"

    def _plain(self, url: str) -> str:
        parts = urlsplit(url)
        kept = dict(parse_qsl(parts.query))
        for random in ("n", "a", "v"):
            kept.pop(random, None)
        for name in ("l", "m", "r"):
            if name in kept:
                kept[name] = "x"
        if parts.path.endswith("/wait"):
            kept.pop("c", None)
            kept["try"] = str((int(kept.get("try", "1")) - 1) % CYCLE + 1 + CYCLE * (int(kept.get("try", "1")) > CYCLE))
        return f"{parts.path}?{urlencode(self.simplify(kept))}"


@dataclass(frozen=True)
class _Tried:
    place: Place | None
    knock: Knock
    answer: Answer
    played: Played
    context: Context
    knocks: tuple[Knock, ...]
    call: str

    @property
    def queue(self) -> str:
        into = queue_of(self.played.next)
        if into is not None:
            return into.action
        return self.place.queue if self.place else ""


def context_of(url: str) -> Context:
    return Context.QUEUE_WAIT if urlsplit(url).path.endswith("/step/wait") else Context.CALL


def moves(place: Place) -> Iterator[Knock]:
    """Everything a caller, a telephone or the provider can do here."""
    following = place.next
    match following:
        case Asks(action, digits):
            silent = following.otherwise is None
            yield from (knock for knock in _keyed(action, digits) if silent or knock.name != "silence")
            if following.otherwise is not None:
                yield from moves(replace(place, next=following.otherwise))
        case Rings(action):
            yield from (Knock(action, (("DialCallStatus", how),), f"telephone {how}") for how in DIALLED)
        case Queues(action, wait_url):
            yield Knock(wait_url, (("QueuePosition", "1"), ("QueueTime", "1")), "waits")
            yield from (Knock(action, (("QueueResult", how), ("QueueTime", "9")), f"line {how}") for how in QUEUED)
        case Leaves():
            yield Knock(place.queue, (("QueueResult", "leave"), ("QueueTime", "9")), "leaves the line")
        case Records(action):
            yield from (Knock(action, _recorded(*one, len(place.knocks)), f"speaks {one[0]} s") for one in RECORDED)
        case Goes(url):
            yield Knock(url, (), "goes on")


def _keyed(action: str, digits: int | None) -> Iterator[Knock]:
    yield Knock(action, (), "silence")
    for keys in KEYS if digits == 1 else LONG_KEYS:
        yield Knock(action, (("Digits", keys),), keys[:12])


def _recorded(seconds: str, keys: str, at: int) -> tuple[tuple[str, str], ...]:
    """What the Record action says; nothing at all where the caller was silent."""
    if seconds == "0":
        return (("Digits", keys),)
    sid = f"RE{at:032x}"
    return (
        ("RecordingSid", sid),
        ("RecordingUrl", f"https://api.twilio.com/2010-04-01/Accounts/AC/Recordings/{sid}"),
        ("RecordingDuration", seconds),
        ("Digits", keys),
    )


def is_ours(url: str) -> bool:
    return re.match(r"https?://[^/]+/voice/", url) is not None
