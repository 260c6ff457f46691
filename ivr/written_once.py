"""Documents as they are sent. What has the same shape for everybody is written once and kept, with room for the rest.

Only what depends on nothing but the ruleset and the words is kept: no number, no time, no name of a caller ever is, nor
the URL of her next step. Those are put into their rooms for each caller anew.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from threading import Lock
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from ivr.speech.announcements import Announcements
from ivr.turn import (
    DepartmentSpoken,
    DigitsSpoken,
    Gather,
    Hangup,
    Instruction,
    KeySpoken,
    LanguagesSpoken,
    MinutesSpoken,
    MomentSpoken,
    OrdinalSpoken,
    PhoneSpoken,
    Say,
    TopicSpoken,
    Turn,
    Value,
    WindowSpoken,
    WordsSpoken,
)
from ivr.twiml import Urls, render
from routing_rules.model import Ruleset

ALIKE_FOR_ALL = (KeySpoken, TopicSpoken, DepartmentSpoken, LanguagesSpoken)
# One caller's own: a few words of our vocabulary each, so that no sentence outgrows what the voice reads.
HER_OWN = (WindowSpoken, MomentSpoken, DigitsSpoken, PhoneSpoken, OrdinalSpoken, MinutesSpoken)
SPEAKABLE = frozenset((*ALIKE_FOR_ALL, *HER_OWN))
MOST = 500
ROOM = re.compile(r"https://room\.invalid/([0-9]+)/")
Shape = tuple[Instruction, ...]
Key = tuple[int, str, Shape]
InWords = Callable[[Value, str], str]


@dataclass(frozen=True)
class _Kept:
    rules: Ruleset
    pieces: tuple[tuple[str, int], ...]  # and the room that follows each
    rest: str

    def filled(self, rooms: list[str]) -> str:
        return "".join([f"{piece}{rooms[at]}" for piece, at in self.pieces]) + self.rest


class Pages:
    """For each process; all its threads write here."""

    def __init__(self, announcements: Announcements, urls: Urls) -> None:
        self._announcements, self._urls = announcements, urls
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()
        self._lock = Lock()

    def written(self, turn: Turn, rules: Ruleset) -> str:
        if not _can_be_kept(turn):
            return render(turn, self._announcements, rules, self._urls)
        zone = ZoneInfo(rules.time_zone)
        rooms = _Rooms(turn, lambda value, language: self._announcements.value(value, language, rules, zone))
        key = (rules.version, turn.language, rooms.shape)
        kept = self._kept.get(key)
        if kept is None or kept.rules is not rules:
            kept = self._write(key, rules)
        return kept.filled(rooms.filled)

    def _write(self, key: Key, rules: Ruleset) -> _Kept:
        document = render(Turn(key[1], key[2]), self._announcements, rules, self._urls)
        *pieces, rest = ROOM.split(document)
        kept = _Kept(
            rules, tuple((piece, int(room)) for piece, room in zip(pieces[::2], pieces[1::2], strict=True)), rest
        )
        with self._lock:
            self._kept[key] = kept
            if len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return kept


class _Rooms:
    """A turn with rooms where it is one caller's own, and what goes into them for her."""

    def __init__(self, turn: Turn, in_words: InWords) -> None:
        self.filled: list[str] = []
        self._language, self._in_words = turn.language, in_words
        self.shape: Shape = tuple(self._shaped(instruction) for instruction in turn.instructions)

    def _shaped(self, instruction: Instruction) -> Instruction:
        match instruction:
            case Say():
                return self._said(instruction)
            case Gather():
                url = self._room(escape(instruction.action, {'"': "&quot;"}))
                spoken = tuple(self._said(say) for say in instruction.spoken if isinstance(say, Say))
                return replace(instruction, action=url, spoken=spoken)
        return instruction

    def _said(self, say: Say) -> Say:
        if not any(isinstance(value, HER_OWN) for _, value in say.values):
            return say
        language = say.language or self._language
        return Say(say.key, tuple((name, self._value(value, language)) for name, value in say.values), say.language)

    def _value(self, value: Value, language: str) -> Value:
        if not isinstance(value, HER_OWN):
            return value
        return WordsSpoken(((language, self._room(escape(self._in_words(value, language)))),))

    def _room(self, filling: str) -> str:
        self.filled.append(filling)
        return f"https://room.invalid/{len(self.filled) - 1}/"


def _can_be_kept(turn: Turn) -> bool:
    """Nothing but sentences, alone or in menus, whose values are alike for all or a few words of one caller's own."""
    return all(
        isinstance(one, Hangup) or (isinstance(one, Say) and all(type(value) in SPEAKABLE for _, value in one.values))
        for one in _every(turn)
    )


def _every(turn: Turn) -> Iterator[Instruction]:
    for instruction in turn.instructions:
        if isinstance(instruction, Gather):
            yield from instruction.spoken
        else:
            yield instruction
