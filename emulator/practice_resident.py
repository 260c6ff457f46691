"""One scripted resident at her telephone: she rings as anybody does, presses, talks, waits, is rung back.

She knows only what a telephone hears. A thread of her own lives through the script; it ends when she is stopped.
"""

import threading
from collections.abc import Callable

from emulator.calls import Call
from emulator.incoming import ring_in
from emulator.network import Network
from emulator.practice_model import Answers, Key, Script
from emulator.practice_report import Deed, Report, read_window
from emulator.speaking import speak
from emulator.voice import Words, speaking_time

LONGEST_NAP = 0.1  # machine seconds; a changed rate and a stop are noticed this soon
FINDS_THE_KEY = 1.5  # business seconds
BETWEEN_WORDS = 4.0
EXPECTS_FOR = 24 * 3600.0
HEARD = frozenset({"say", "play"})


class Stopped(Exception):
    """The trainer ended this resident's practice."""


class Resident:
    def __init__(self, network: Network, script: Script, answers: Answers, after: float) -> None:
        self.script = script
        self.report = Report()
        self._network = network
        self._answers = answers
        self._after = after
        self._stopped = threading.Event()
        self._talks = 0
        self._rings = 0
        self._known: set[str] = set()
        self._told: set[str] = set()
        self._texts = 0

    def start(self) -> None:
        threading.Thread(target=self._live, name=f"practice {self.script.id}", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()

    @property
    def over(self) -> bool:
        return self.report.state in ("over", "stopped")

    # --- a day of hers ------------------------------------------------------------------------------------------

    def _live(self) -> None:
        try:
            self._prepare()
            self._until(lambda: False, self._after)
            self._rings_in((*self.script.keys,))
            while self._expects_more():
                self._is_rung()
            self.report.state = "over"
        except Stopped:
            self.report.state = "stopped"

    def _prepare(self) -> None:
        with self._network.lock:
            phone = self._network.telephone(self.script.number, self.script.name)
            phone.behaviour = self.script.behaviour(0)
            self._texts = len(phone.messages)
            self._known = {call.sid for call in self._network.calls_of(self.script.number)}
            for number, behaviour in self.script.telephones:
                self._network.telephone(number).behaviour = behaviour

    def _rings_in(self, keys: tuple[Key, ...]) -> None:
        city = next(iter(self._network.numbers))
        call = ring_in(self._network, self.script.number, city)
        self._note("rang")
        self._adopt(call)
        self.report.state = "rings"
        self._follow(call, list(keys))

    def _expects_more(self) -> bool:
        """She was told to expect a call, or asked for one, and has not said yet what she rang for."""
        if self._talks >= len(self.script.talks):
            return False
        asked = self._talks > 0 or "answered" in [one.deed for one in self.report.happened]
        return asked or bool(self._told) or self.report.window is not None

    def _is_rung(self) -> None:
        """Waits for the next ring, or rings in herself after a missed one."""
        self.report.state = "expects"
        call: list[Call] = []
        rung = self._until(lambda: self._found(call), EXPECTS_FOR)
        if not rung:
            self._note("waited-in-vain")
            self._talks = len(self.script.talks)
            return
        behaviour = self.script.behaviour(self._rings)
        self._rings += 1
        self.report.rung(self._network.clock.now())
        self._note("rung")
        self._adopt(call[0])
        self._until(lambda: call[0].over or call[0].status == "in-progress")
        if behaviour.on_ring == "machine" and not call[0].over:
            self._note("machine")
            self._until(lambda: call[0].over)
        elif not call[0].over:
            self._follow(call[0], [])
        else:
            self._note("missed")
        self._network.telephone(self.script.number).behaviour = self.script.behaviour(self._rings)
        self._calls_again()

    def _calls_again(self) -> None:
        again = self.script.rings_again
        missed = [one for one in self.report.happened if one.deed == "missed"]
        if again is None or len(missed) != again.missed:
            return
        if not self._until(lambda: self._found([]), again.minutes * 60):
            self._rings_in(again.keys)

    # --- one call -----------------------------------------------------------------------------------------------

    def _follow(self, call: Call, keys: list[Key]) -> None:
        began = patient_from = self._now()
        heard_from = 0
        while not call.over:
            self._listen(call)
            if call.partners:
                self._answered(began)
                self._talk(call)
                patient_from = self._now()
            elif self._now() - patient_from > self.script.patience * 60:
                self._note("gave-up")
                self._hang_up(call)
            elif (key := self._wanted(call, keys, heard_from)) is not None:
                self._until(lambda: call.over, FINDS_THE_KEY)
                heard_from = self._press(call, key, keys, heard_from)
            else:
                self._until(lambda: call.over or bool(call.partners), 1.0)
        self._listen(call)

    def _wanted(self, call: Call, keys: list[Key], heard_from: int) -> Key | None:
        """The next of the script's keys whose words were heard, or what anybody presses at the usual questions."""
        with self._network.lock:
            if call.gathering is None or not call.gathering.keys:
                return None
            words = " ".join(one.text or "" for one in call.events[heard_from:] if one.kind in HEARD)
        if keys and keys[0].hear in words:
            return keys[0]
        usual = (*self._answers.usual, *((self._answers.ask,) if self.script.callback else ()))
        return next((key for key in usual if key.hear in words), None)

    def _press(self, call: Call, key: Key, keys: list[Key], heard_from: int) -> int:
        with self._network.lock:
            if call.over or call.gathering is None:
                return heard_from
            call.press(key.press)
            heard_from = len(call.events)
        if keys and keys[0] is key:
            keys.pop(0)
        return heard_from

    def _listen(self, call: Call) -> None:
        """Notes the line and what is told, in words and in text messages."""
        with self._network.lock:
            if call.in_queue is not None and self.report.state == "rings":
                self.report.state = "in-line"
                self._note("line")
            said = [one.text or "" for one in call.events if one.kind == "say"]
            texts = [one.body for one in self._network.telephone(self.script.number).messages[self._texts :]]
        for words in said:
            if (
                self._answers.promise in words
                and words not in self._told
                and "?" not in words
                and not self._asks(words)
            ):
                self._told.add(words)
                self._note("told", words)
        for text in texts:
            window = read_window(text, self._answers.window, self._network.clock.now())
            if window is not None:
                self.report.promised(window)

    def _asks(self, words: str) -> bool:
        """A question that only offers a time tells none."""
        return self._answers.ask.hear in words

    # --- a talk -------------------------------------------------------------------------------------------------

    def _answered(self, began: float) -> None:
        waited = self._now() - began
        if self.report.answered_after is None:
            self.report.answered_after = round(waited)
        self.report.state = "talks"
        self._note("answered", seconds=waited)

    def _talk(self, call: Call) -> None:
        for words in self._what_to_say(call):
            if not self._says(call, words):
                return
        if self._stays(call, self.script.stays):
            self._note("hung-up")
            self._hang_up(call)

    def _what_to_say(self, call: Call) -> tuple[str, ...]:
        if self.script.hurried and call.direction == "inbound" and len(self.report.calls) == 1:
            return self.script.hurried
        self._talks += 1
        return self.script.talks[min(self._talks, len(self.script.talks)) - 1]

    def _says(self, call: Call, words: str) -> bool:
        """False where the talk is over."""
        if call.over:
            return False
        speak(self._network, call, [Words(words, speaking_time(words))], at_once=True, language=self.script.language)
        return self._stays(call, speaking_time(words) + BETWEEN_WORDS)

    def _stays(self, call: Call, seconds: float) -> bool:
        """On the line for so long, through a hold or a transfer; False where the talk is over."""
        self._until(lambda: call.over or not call.partners, seconds)
        if call.over:
            self._note("cut-off")
            return False
        if call.partners:
            return True
        return self._held(call)

    def _held(self, call: Call) -> bool:
        self.report.state = "on-hold"
        began = self._now()
        self._until(lambda: call.over or bool(call.partners), self.script.hold)
        if not call.over and not call.partners:
            self._note("gave-up", seconds=self._now() - began)
            self._hang_up(call)
            return False
        if call.over:
            self._note("cut-off")
            return False
        self.report.state = "talks"
        self._note("held", seconds=self._now() - began)
        return self._says(call, self.script.back) if self.script.back else True

    # --- small things -------------------------------------------------------------------------------------------

    def _adopt(self, call: Call) -> None:
        self._known.add(call.sid)
        self.report.calls.append(call.sid)

    def _found(self, place: list[Call]) -> bool:
        for call in self._network.calls_of(self.script.number):
            if call.direction != "inbound" and call.sid not in self._known and call.status != "queued":
                place.append(call)
                return True
        return False

    def _hang_up(self, call: Call) -> None:
        with self._network.lock:
            if not call.over:
                self._network.hang_up(call, "telephone")

    def _note(self, deed: Deed, text: str = "", seconds: float | None = None) -> None:
        self.report.note(self._network.clock.now(), deed, text, seconds)

    def _now(self) -> float:
        return self._network.clock.elapsed()

    def _until(self, holds: Callable[[], bool], seconds: float | None = None) -> bool:
        """At most so many business seconds; whether it came to hold."""
        ends = None if seconds is None else self._now() + seconds
        while not self._stopped.is_set():
            if holds():
                return True
            left = LONGEST_NAP if ends is None else self._network.clock.machine_seconds(ends - self._now())
            if left <= 0:
                return False
            self._stopped.wait(min(LONGEST_NAP, left))
        raise Stopped
