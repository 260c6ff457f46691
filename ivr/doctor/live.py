"""Trials on the real network: which number a telephone shows, and behaviours that the emulator only assumes.

Each trial costs a call of seconds. Nobody is rung but the operator's own telephone; what cannot be tried safely becomes
a question. The list of assumptions is data; nothing of the emulator is imported.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from adapters.call_status import ENDED
from adapters.places import ROOT
from adapters.provider_account import ProviderAccount
from adapters.provider_facts import CallSeen, NotTold
from ivr.doctor.model import Finding, ask, fault, fine, warn
from ivr.doctor.words import Words
from ivr.speech.announcements import CHARACTERS_A_SECOND, Announcements
from ivr.turn import Hangup, Say, Turn
from ivr.twiml import CallerIds, Urls, render
from routing_rules.model import Ruleset

BEHAVIOURS = ROOT / "emulator" / "behaviours.yaml"
ASSUMED = "assumed"
SILENCE = '<Response><Pause length="5"/></Response>'
NOBODY = "client:doctor_nobody"
RING_SECONDS = 25
PATIENCE_SECONDS = 90.0
LOOK_SECONDS = 1.0
AT_ONCE_SECONDS = 8.0
REPEATS = 6  # of one sentence, so that ringing and pauses weigh little
TOLERANCE = 0.35

Asker = Callable[[str], str | None]  # None: nobody sits at the terminal


@dataclass(frozen=True)
class Behaviour:
    id: str
    does: str


def assumed(path: Path = BEHAVIOURS) -> tuple[Behaviour, ...] | None:
    """None: the list is not on this machine."""
    try:
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError:
        return None
    return tuple(Behaviour(str(r["id"]), str(r["does"])) for r in rows if r["source"] == ASSUMED)


# --- judged: pure ---------------------------------------------------------------------------------------------------


def same_number(shown: str, wanted: str) -> bool:
    """Telephones show +358 17 …, 00358 17 … or 017 …, with any spacing."""
    digits = "".join(c for c in shown if c.isdigit())
    written = {wanted[1:], f"00{wanted[1:]}"}
    if wanted.startswith("+358"):
        written.add(f"0{wanted[4:]}")
    return digits in written


def shown_number(shown: str | None, number: str, wanted: str, status: str) -> Finding:
    if shown is None:
        return ask("call_me.not_asked", ("number", number), ("wanted", wanted))
    if not any(c.isdigit() for c in shown):
        return fault("call_me.hidden", ("status", status))
    if same_number(shown, wanted):
        return fine("call_me.same", ("shown", shown))
    return fault("call_me.other", ("shown", shown), ("wanted", wanted))


def compared(behaviour: Behaviour, agrees: bool, seen: str) -> Finding:
    values = (("id", behaviour.id), ("does", behaviour.does), ("seen", seen))
    return fine("live.as_assumed", *values) if agrees else warn("live.differs", *values)


# --- tried ----------------------------------------------------------------------------------------------------------


class Trials:
    """``number``: the operator's own telephone; None: only what needs none is tried."""

    def __init__(self, provider: ProviderAccount, caller_id: str, number: str | None, words: Words, ask: Asker) -> None:
        self.provider, self.caller_id, self.number = provider, caller_id, number
        self.words, self.ask = words, ask

    def call_me(self, number: str) -> Finding:
        rung = self.provider.ring(number, self.caller_id, SILENCE, RING_SECONDS)
        if isinstance(rung, NotTold):
            return fault("call_me.not_placed", ("why", _why(rung)))
        shown = self.ask(self.words.say("prompts.shown", number=number))
        seen = self.provider.call(rung.sid)
        self._end(rung)  # what rings next must not find the telephone engaged
        return shown_number(shown, number, self.caller_id, seen.status if isinstance(seen, CallSeen) else "-")

    def behaviours(self, rows: tuple[Behaviour, ...], sentence: "Sentence | None") -> Iterator[Finding]:
        for row in rows:
            match row.id:
                case "client-unregistered":
                    yield self._nobody(row)
                case "declined" if self.number is not None:
                    yield self._declined(row, self.number)
                case "speaking-time" if self.number is not None and sentence is not None:
                    yield self._spoken(row, self.number, sentence)
                case _:
                    yield ask("live.question", ("id", row.id), ("does", row.does))

    def _nobody(self, row: Behaviour) -> Finding:
        begun = time.monotonic()
        over = self._over(self.provider.ring(NOBODY, self.caller_id, SILENCE, RING_SECONDS))
        took = time.monotonic() - begun
        if isinstance(over, NotTold):
            return _not_tried(row, _why(over))
        return compared(row, over.status == "no-answer" and took < AT_ONCE_SECONDS, f"{over.status}, {took:.0f} s")

    def _declined(self, row: Behaviour, number: str) -> Finding:
        rung = self.provider.ring(number, self.caller_id, SILENCE, RING_SECONDS)
        if self.ask(self.words.say("prompts.decline", number=number)) is None:
            self._end(rung)
            return _not_tried(row, "no terminal")
        over = self._over(rung)
        return _not_tried(row, _why(over)) if isinstance(over, NotTold) else compared(
            row, over.status == "busy", over.status
        )  # fmt: skip

    def _spoken(self, row: Behaviour, number: str, sentence: "Sentence") -> Finding:
        rung = self.provider.ring(number, self.caller_id, sentence.twiml, RING_SECONDS)
        if self.ask(self.words.say("prompts.listen", number=number)) is None:
            self._end(rung)
            return _not_tried(row, "no terminal")
        over = self._over(rung)
        if isinstance(over, NotTold) or over.status != "completed" or not over.seconds:
            return _not_tried(row, _why(over) if isinstance(over, NotTold) else over.status)
        pace = sentence.characters / over.seconds
        agrees = abs(pace / CHARACTERS_A_SECOND - 1) <= TOLERANCE
        return compared(row, agrees, f"{pace:.1f} characters a second")

    def _end(self, rung: CallSeen | NotTold) -> None:
        if isinstance(rung, CallSeen):
            self.provider.hang_up(rung.sid)

    def _over(self, rung: CallSeen | NotTold) -> CallSeen | NotTold:
        """The call when it has ended; as it stands after PATIENCE_SECONDS."""
        end = time.monotonic() + PATIENCE_SECONDS
        while isinstance(rung, CallSeen) and rung.status not in ENDED and time.monotonic() < end:
            time.sleep(LOOK_SECONDS)
            rung = self.provider.call(rung.sid)
        return rung


@dataclass(frozen=True)
class Sentence:
    twiml: str
    characters: int


def sentence(announcements: Announcements, rules: Ruleset) -> Sentence:
    """The Finnish goodbye over and over: ordinary words in the voice that residents hear."""
    said = Turn("fi", (*[Say("thanks_goodbye")] * REPEATS, Hangup()))
    twiml = render(said, announcements, rules, Urls("", CallerIds("")))
    return Sentence(twiml, REPEATS * len(announcements.catalogues["fi"].announcements["thanks_goodbye"]))


def _not_tried(row: Behaviour, why: str) -> Finding:
    return ask("live.not_tried", ("id", row.id), ("does", row.does), ("why", why))


def _why(not_told: NotTold) -> str:
    return f"HTTP {not_told.status}" if not_told.status else not_told.why
