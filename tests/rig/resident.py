"""A resident with a telephone: rings, listens, presses keys, answers or does not. Speaks only through the lab."""

from collections.abc import Callable, Sequence
from contextlib import suppress

import requests

from tests.rig.lab import CallView, Impossible, Lab, Left, Message, Word
from tests.rig.waiting import until

PATIENCE = 10.0  # machine seconds on top of what a wait should take: other processes share the machine
OVER = frozenset({"completed", "busy", "no-answer", "canceled", "failed"})
HEARD = frozenset({"say", "play"})


class Resident:
    def __init__(self, lab: Lab, number: str, city_number: str, rate: Callable[[], float]) -> None:
        self.number = number
        self._lab = lab
        self._city_number = city_number
        self._rate = rate
        self._heard_to = 0
        self.call_sid = ""
        lab.telephone(number, number)
        lab.behave(number, "manual")

    # --- what a resident does -----------------------------------------------------------------------------------

    def ring(self, number: str = "") -> "Resident":
        self._begin(self._lab.ring(self.number, number or self._city_number))
        return self

    def rings_withheld(self) -> "Resident":
        self._begin(self._lab.ring("anonymous", self._city_number))
        return self

    def press(self, digits: str) -> "Resident":
        """Presses as soon as keys are listened for, or all has been said into a recording."""
        until(lambda: self._pressed(digits), PATIENCE, lambda: f"nobody listened for {digits}\n{self.story()}")
        return self

    def _pressed(self, digits: str) -> bool:
        seen = self.view()
        if not seen.gathering and (not seen.recording or seen.speaking):
            return False
        try:
            self._lab.press(self.call_sid, digits)
        except Impossible:
            return False
        return True

    def speak(self, text: str = "", *, seconds: float | None = None, silence: float = 0, then: str = "") -> "Resident":
        """Speaks after the next beep, or at once where it has sounded; `then`: keys or "hangup" after the words."""
        self._lab.speak(self.call_sid, text, seconds=seconds, silence=silence, then=then)
        return self

    def say(self, text: str, confidence: float | None = 0.9) -> "Resident":
        """Answers in words as soon as speech is listened for."""
        until(lambda: self._was_said(text, confidence), PATIENCE, lambda: f"nobody listened\n{self.story()}")
        return self

    def _was_said(self, text: str, confidence: float | None) -> bool:
        if not self.view().listening:
            return False
        try:
            self._lab.say(self.call_sid, text, confidence)
        except Impossible:
            return False
        return True

    def left_messages(self) -> tuple[Left, ...]:
        """What this telephone's answering machine has heard, call by call."""
        return self._lab.phone(self.number).left

    def hangs_up(self) -> None:
        self._lab.hang_up(self.call_sid)

    def gives_up(self) -> None:
        """Hangs up if there is anything to hang up."""
        with suppress(Impossible, requests.RequestException):
            self.hangs_up()

    def is_over(self) -> bool:
        return self.view().status in OVER

    def is_rung(self, within: float = 60.0) -> str:
        """Waits until the telephone rings: the ringing call's sid."""
        sid = until(self._ringing, self._machine(within), lambda: f"{self.number} was not rung\n{self.story()}")
        if sid != self.call_sid:
            self._begin(sid)
        return sid

    def answers(self, within: float = 60.0) -> "Resident":
        self._lab.answer(self.is_rung(within))
        return self

    def lets_it_ring(self, within: float = 60.0) -> "Resident":
        """Is rung and does nothing until the other side gives up."""
        sid = self.is_rung(within)
        until(
            lambda: self._lab.call(sid).status not in {"queued", "ringing"},
            self._machine(90),
            lambda: f"{self.number} still rings\n{self.story()}",
        )
        return self

    def declines(self, within: float = 60.0) -> "Resident":
        self._lab.decline(self.is_rung(within))
        return self

    # --- what a resident hears ----------------------------------------------------------------------------------

    def hears(self, words: str, within: float = 60.0) -> "Resident":
        """Waits, in business seconds, for words said after the last ones that were waited for."""
        until(lambda: self._said(words), self._machine(within), lambda: f"never heard: {words}\n{self.story()}")
        return self

    def _said(self, words: str) -> bool:
        for word in self._lab.call(self.call_sid, since=self._heard_to).events:
            if word.kind in HEARD and words.lower() in word.text.lower():
                self._heard_to = word.n + 1
                return True
        return False

    def is_joined(self, within: float = 30.0) -> CallView:
        """Waits until this telephone talks with another one."""
        return until(self._joined, self._machine(within), lambda: f"{self.number} talks with nobody\n{self.story()}")

    def _joined(self) -> CallView | None:
        seen = self.view()
        return seen if seen.talking_with else None

    def is_in_line(self, within: float = 60.0) -> "Resident":
        until(
            lambda: self.view().in_queue is not None,
            self._machine(within),
            lambda: f"{self.number} is in no line\n{self.story()}",
        )
        return self

    def call_ends(self, within: float = 60.0) -> "Resident":
        until(
            self.is_over,
            self._machine(within),
            lambda: f"the call of {self.number} goes on\n{self.story()}",
        )
        return self

    def gets_message(self, words: str, within: float = 60.0) -> Message:
        return until(
            lambda: next((m for m in self.messages() if words.lower() in m.body.lower()), None),
            self._machine(within),
            lambda: f"{self.number} got no message with: {words}\n{[m.body for m in self.messages()]}\n{self.story()}",
        )

    def messages(self) -> tuple[Message, ...]:
        return self._lab.phone(self.number).messages

    def rings(self) -> int:
        """How many times this telephone was rung by the city."""
        return sum(1 for call in self._lab.phone(self.number).calls if self._lab.call(call.call_sid).to == self.number)

    def view(self) -> CallView:
        return self._lab.call(self.call_sid)

    def transcript(self) -> Sequence[Word]:
        """Every word heard in the present call, in order."""
        return tuple(e for e in self.view().events if e.kind in HEARD)

    def story(self) -> str:
        """The whole telephone's history in words, for a failure."""
        calls = reversed(self._lab.phone(self.number).calls)
        return "\n".join(_call_story(self._lab.call(call.call_sid)) for call in calls)

    # --- inside -------------------------------------------------------------------------------------------------

    def _machine(self, business_seconds: float) -> float:
        return business_seconds / self._rate() + PATIENCE

    def _ringing(self) -> str | None:
        for call in self._lab.phone(self.number).calls:
            if call.status == "ringing" and self._lab.call(call.call_sid).to == self.number:
                return call.call_sid
        return None

    def _begin(self, call_sid: str) -> None:
        self.call_sid = call_sid
        self._heard_to = 0


def stories_of(lab: Lab) -> str:
    """Every call that the emulator knows of, in order."""
    sids = [call["call_sid"] for call in lab.get("/lab/calls")["calls"]]
    refused = [f"REFUSED {error['code']} {error['message']} {error['document']}" for error in lab.errors()]
    return "\n".join([*(_call_story(lab.call(sid)) for sid in sids), *refused])


def _call_story(call: CallView) -> str:
    lines = [f"  {e.at[11:19]} {e.kind}: {e.text}" for e in call.events]
    return "\n".join([f"{call.direction} {call.call_sid} {call.from_} -> {call.to} ({call.status})", *lines])
