"""The dialogue alone as a city: no process, no record. What the record would answer is made up here, in one place."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlsplit

from callbacks.model import Refused, Window
from callbacks.numbers import callable_number
from desks.talk.recorded import records_talks
from ivr.caller_input import read
from ivr.dialogue import steps as dialogue
from ivr.effects import (
    Bridge,
    Bridged,
    CheckCode,
    CloseLine,
    CodeChecked,
    Effect,
    GiveUpLine,
    HungUp,
    Joined,
    JoinLine,
    KeepMessage,
    KeepNumber,
    KeepRecording,
    MakePromise,
    MessageKept,
    MoveRequest,
    MoveToExtended,
    NumberKept,
    NumberRefused,
    Recorded,
    Reopen,
    Result,
    SameMatter,
    Settled,
    Stay,
    Wish,
)
from ivr.facts import Callable as CallableNumber
from ivr.facts import Facts, KnownMatter, LineFacts, MessageFacts, NotCallable, Promised
from ivr.speech.announcements import Announcements
from ivr.step_url import Step, step_of
from ivr.turn import Turn
from ivr.twiml import CallerIds, Urls, render
from tests.crawl.explore import Answer

BASE = "https://c.example"
CITY = "+358175550100"
URLS = Urls(BASE, CallerIds(CITY))
CODE = "204519"
EFFECTS_IN_A_ROW = 3


@dataclass
class _Call:
    line: LineFacts | None = None
    number: CallableNumber | None = None
    message: MessageFacts | None = None


@dataclass
class DialogueAlone:
    """``line``: how the caller's place looks once she stands in the line."""

    facts: Facts
    words: Announcements
    line: Callable[[JoinLine, Facts], LineFacts]
    playable: bool = True
    same: KnownMatter | None = None  # what this number has open already about whatever it asks for
    calls: dict[str, _Call] = field(default_factory=dict)
    written: dict[Turn, str] = field(default_factory=dict)

    def answer(self, call: str, url: str, form: tuple[tuple[str, str], ...]) -> Answer:
        parts = urlsplit(url)
        step = step_of(parts.path.rpartition("/")[2], dict(parse_qsl(parts.query)))
        if step.name not in ("incoming", "language"):
            step = replace(step, language=step.language or "fi")
        try:
            return Answer(200, self._rendered(self._turn(call, step, dict(form))))
        except Exception as error:  # as in a web process: a mistake is an answer too, and a fault of its own
            return Answer(500, f"{type(error).__name__}: {error}")

    def _rendered(self, turn: Turn) -> str:
        """Every nonce here is the same: a turn that was written once is not written again."""
        if turn not in self.written:
            self.written[turn] = render(turn, self.words, self.facts.rules, URLS)
        return self.written[turn]

    def mark(self, call: str) -> object:
        return call, replace(self.calls[call])

    def back_to(self, mark: object) -> None:
        assert isinstance(mark, tuple)
        call, stood = mark
        self.calls[call] = replace(stood)

    def _turn(self, call: str, step: Step, form: dict[str, str]) -> Turn:
        mine = self.calls.setdefault(call, _Call())
        said = dialogue.advance(step, read(form), self._facts(mine, step))
        for _ in range(EFFECTS_IN_A_ROW):
            if isinstance(said, Turn):
                return said
            result = self._carried_out(mine, step, said)
            said = dialogue.after(step, said, result, self._facts(mine, step))
        assert isinstance(said, Turn), f"{step} asks for effect after effect"
        return said

    def _facts(self, mine: _Call, step: Step) -> Facts:
        line = mine.line if step.line else None
        return replace(self.facts, caller=mine.number or self.facts.caller, line=line, message=mine.message)

    # --- what the record answers ---------------------------------------------------------------------------------

    def _carried_out(self, mine: _Call, step: Step, effect: Effect) -> Result:
        match effect:
            case JoinLine():
                mine.line = self.line(effect, self.facts)
                return Joined("line1", records_talks(self.facts.rules, effect.department))
            case Wish() | CloseLine() | Stay() | GiveUpLine() | HungUp() | MoveToExtended() | Bridge():
                return self._in_line(mine, effect)
            case KeepNumber(keys):
                return self._number(mine, keys)
            case MakePromise(same="ask") if self.same is not None:
                return SameMatter(replace(self.same, topic=effect.topic))
            case MakePromise(topic, _, window):
                return self._promised(mine, self._window(window), topic)
            case Reopen() | MoveRequest():
                known = self.facts.known[0].topic if self.facts.known else step.topic or self.facts.rules.general_topic
                return self._promised(mine, self.facts.slots[0], known)
            case CheckCode(keys):
                mine_too = self.facts.known[0].request_id if self.facts.known and keys == CODE else ""
                return CodeChecked(known=keys == CODE, own=bool(mine_too), request_id=mine_too)
            case KeepRecording(_, seconds):
                mine.message = MessageFacts("message1", seconds, self.playable, "token1")
                return Recorded("message1")
            case KeepMessage(_, topic):
                rung = not isinstance(self.facts.caller, NotCallable) and bool(self.facts.slots)
                return MessageKept(self._promised(mine, self.facts.slots[0], topic) if rung else None)
        return Settled()

    def _in_line(self, mine: _Call, effect: Effect) -> Result:
        states = {
            "Wish": "wishes",
            "CloseLine": "closing",
            "GiveUpLine": "left",
            "HungUp": "left",
            "Stay": "waiting",
        }
        if isinstance(effect, Bridge):
            return Bridged("m-line1")
        if mine.line is not None:
            why = effect.why if isinstance(effect, GiveUpLine) else ""
            mine.line = replace(mine.line, state=states.get(type(effect).__name__, "waiting"), outcome=why)
        return Joined("line1") if isinstance(effect, MoveToExtended) else Settled()

    def _number(self, mine: _Call, keys: str) -> Result:
        found = callable_number(keys, frozenset({CITY}), self.facts.rules.allowed_countries)
        if isinstance(found, Refused):
            return NumberRefused(found.reason)
        mine.number = CallableNumber(found, keyed_in=True)
        return NumberKept(found)

    def _window(self, code: str) -> Window:
        return self.facts.asap if code == "asap" and self.facts.asap else self.facts.slots[0]

    def _promised(self, mine: _Call, window: Window, topic: str) -> Promised:
        caller = mine.number or self.facts.caller
        number = caller.e164 if isinstance(caller, CallableNumber) else "+358401234567"
        return Promised(window, topic, CODE, joined=False, place_kept=mine.line is not None, number=number)
