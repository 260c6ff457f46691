"""Documents as they are sent. A menu that says the same to everybody is written once and kept, with room for its URL.

Only what depends on nothing but the ruleset and the words is kept: no number, no time, no name of a caller ever is.
"""

from collections import OrderedDict
from dataclasses import dataclass, replace
from threading import Lock
from xml.sax.saxutils import escape

from ivr.speech.announcements import Announcements
from ivr.turn import DepartmentSpoken, Gather, KeySpoken, LanguagesSpoken, Say, TopicSpoken, Turn
from ivr.twiml import Urls, render
from routing_rules.model import Ruleset

ALIKE_FOR_ALL = (KeySpoken, TopicSpoken, DepartmentSpoken, LanguagesSpoken)
MOST = 500
ROOM = "https://room.invalid/for-the-url"
Key = tuple[int, str, Gather]


@dataclass(frozen=True)
class _Kept:
    rules: Ruleset
    before: str
    after: str


class Pages:
    """For each process; all its threads write here."""

    def __init__(self, announcements: Announcements, urls: Urls) -> None:
        self._announcements, self._urls = announcements, urls
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()
        self._lock = Lock()

    def written(self, turn: Turn, rules: Ruleset) -> str:
        menu = _alike_for_all(turn)
        if menu is None:
            return render(turn, self._announcements, rules, self._urls)
        key = (rules.version, turn.language, replace(menu, action=ROOM))
        kept = self._kept.get(key)
        if kept is None or kept.rules is not rules:
            kept = self._write(turn.language, key, rules)
        return f"{kept.before}{escape(menu.action, {chr(34): '&quot;'})}{kept.after}"

    def _write(self, language: str, key: Key, rules: Ruleset) -> _Kept:
        document = render(Turn(language, (key[2],)), self._announcements, rules, self._urls)
        before, room, after = document.partition(ROOM)
        if not room or ROOM in after:
            raise ValueError("a menu has one place for its URL")
        kept = _Kept(rules, before, after)
        with self._lock:
            self._kept[key] = kept
            if len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return kept


def _alike_for_all(turn: Turn) -> Gather | None:
    """The turn's only instruction, if it is a menu whose words depend on no caller and no moment."""
    if len(turn.instructions) != 1 or not isinstance(turn.instructions[0], Gather):
        return None
    for spoken in turn.instructions[0].spoken:
        if not isinstance(spoken, Say) or any(type(value) not in ALIKE_FOR_ALL for _, value in spoken.values):
            return None
    return turn.instructions[0]
