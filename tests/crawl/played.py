"""A document as a caller lives it: what is said when, how long it takes, and what may happen next.

Read by the emulator's strict reader; whatever that does not accept is a problem here. Nothing is fetched.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from emulator.twiml_parse import Element, NotXml, parse
from emulator.twiml_tables import Context
from ivr.speech.announcements import speaking_seconds

PAUSE_AFTER_OPTION = 0.4
PLAY_SECONDS = {"music.wav": 8, "music-4.wav": 4, "music-2.wav": 2}
SENTENCE = re.compile(r"(?<=[.:!?]) +(?=[A-ZÅÄÖ])")


@dataclass(frozen=True)
class Uttered:
    """One announcement. ``first`` and ``ends``: seconds from the document's beginning to the end of its first
    sentence, and of all of it."""

    text: str
    language: str
    first: float
    ends: float


@dataclass(frozen=True)
class Asks:
    action: str
    digits: int | None  # None: until the hash
    timeout: int
    posts_silence: bool
    otherwise: "Next | None" = None  # where silence goes on in the same document


@dataclass(frozen=True)
class Rings:
    action: str


@dataclass(frozen=True)
class Queues:
    action: str
    wait_url: str


@dataclass(frozen=True)
class Records:
    action: str
    news: str  # where the recording is announced


@dataclass(frozen=True)
class Goes:
    url: str


@dataclass(frozen=True)
class Leaves:
    """Out of the provider's queue."""


@dataclass(frozen=True)
class HangsUp:
    pass


@dataclass(frozen=True)
class RunsOut:
    """The document ends and says nothing about what comes next: the provider hangs up."""


Next = Asks | Rings | Queues | Records | Goes | Leaves | HangsUp | RunsOut


@dataclass(frozen=True)
class Played:
    said: tuple[Uttered, ...]
    seconds: float
    longest_silence: float
    next: Next
    problems: tuple[str, ...]
    sounds: tuple[str, ...] = ()


@lru_cache(maxsize=4096)
def play(document: str, context: Context) -> Played:
    try:
        verbs, found = parse(document, context)
    except NotXml as error:
        return Played((), 0.0, 0.0, RunsOut(), (f"no XML: {error}",))
    return _Player(verbs).played(tuple(f"{one.code} {one.message}" for one in found))


class _Player:
    def __init__(self, verbs: tuple[Element, ...]) -> None:
        self.verbs = verbs
        self.at = 0.0
        self.silence = 0.0
        self.said: list[Uttered] = []
        self.sounds: list[str] = []

    def played(self, problems: tuple[str, ...]) -> Played:
        following: Next = RunsOut()
        for at, verb in enumerate(self.verbs):
            self._hear(verb)
            leads = _leads(verb)
            if isinstance(leads, Asks) and not leads.posts_silence:
                return self._or_else(leads, self.verbs[at + 1 :], problems)
            if leads is not None:
                following = leads
                break
        return Played(tuple(self.said), self.at, self.silence, following, problems, tuple(self.sounds))

    def _or_else(self, asks: Asks, rest: tuple[Element, ...], problems: tuple[str, ...]) -> Played:
        """Whoever presses nothing goes on in the same document: what she hears then belongs to it as well."""
        self.silence = max(self.silence, float(asks.timeout))
        self.verbs = rest
        whole = self.played(problems)
        goes_on = None if isinstance(whole.next, RunsOut) else whole.next
        return replace(whole, next=replace(asks, otherwise=goes_on))

    def _hear(self, verb: Element) -> None:
        match verb.name:
            case "Say":
                self.at += PAUSE_AFTER_OPTION if self.said else 0.0  # none after the last: the key is awaited then
                self._say(verb)
            case "Play":
                name = verb.text.rpartition("/")[2]
                self.sounds.append(verb.text)
                self.at += PLAY_SECONDS.get(name, 3) * verb.number("loop", 1)
            case "Pause":
                self.silence = max(self.silence, float(verb.number("length", 1)))
                self.at += verb.number("length", 1)
            case "Gather":
                for child in verb.children:
                    self._hear(child)

    def _say(self, verb: Element) -> None:
        begins = self.at
        first = SENTENCE.split(verb.text)[0]
        self.at += speaking_seconds(verb.text)
        language = verb.get("language", "")
        self.said.append(Uttered(verb.text, language, begins + speaking_seconds(first), self.at))


def _leads(verb: Element) -> Next | None:
    match verb.name:
        case "Gather":
            digits = verb.number("numDigits", 0) or None
            return Asks(verb.get("action", ""), digits, verb.number("timeout", 5), verb.yes("actionOnEmptyResult"))
        case "Dial":
            return Rings(verb.get("action", ""))
        case "Enqueue":
            return Queues(verb.get("action", ""), verb.get("waitUrl", ""))
        case "Record":
            return Records(verb.get("action", ""), verb.get("recordingStatusCallback", ""))
        case "Redirect":
            return Goes(verb.text)
        case "Leave":
            return Leaves()
        case "Hangup":
            return HangsUp()
    return None


def queue_of(following: Next | None) -> Queues | None:
    """The line that a document leads to, at once or past a question that need not be answered."""
    if isinstance(following, Asks):
        return queue_of(following.otherwise)
    return following if isinstance(following, Queues) else None


def places(following: Next) -> Iterator[str]:
    """Every address a document leads to."""
    match following:
        case Asks(action):
            yield action
            yield from places(following.otherwise) if following.otherwise is not None else ()
        case Rings(action):
            yield action
        case Queues(action, wait_url):
            yield action
            yield wait_url
        case Records(action, news):
            yield action
            if news:
                yield news
        case Goes(url):
            yield url
