"""The script of an automatic call, "1,1,wait:Olet jonossa,say:Katu on pimeä,hangup", and how far it has come. Pure.

A key waits until something is asked, or a recording runs; what is to be said until somebody listens; words until heard.
"""

from dataclasses import dataclass, replace
from typing import assert_never

from emulator.lab_client import CallNow, Event

_KEYS = frozenset("0123456789*#w")


@dataclass(frozen=True)
class Press:
    digits: str


@dataclass(frozen=True)
class WaitFor:
    words: str


@dataclass(frozen=True)
class Speak:
    """`then`: what follows the words into a recording at once: keys, or "hangup"."""

    words: str
    then: str = ""


@dataclass(frozen=True)
class HangUp:
    pass


Step = Press | WaitFor | Speak | HangUp


@dataclass(frozen=True)
class Script:
    """What is still to be done. `asked` counts the questions heard and not yet answered."""

    steps: tuple[Step, ...]
    asked: int = 0

    @property
    def finished(self) -> bool:
        return not self.steps


def parse(text: str) -> Script:
    """Raises ValueError naming the piece that is no key, no "wait:words", no "say:words" and no "hangup"."""
    return Script(tuple(_step(piece.strip()) for piece in text.split(",") if piece.strip()))


def _step(piece: str) -> Step:
    if piece.startswith("wait:"):
        return WaitFor(piece.removeprefix("wait:").strip())
    if piece.startswith("say:"):
        return Speak(piece.removeprefix("say:").strip())
    if piece in ("hangup", "h"):
        return HangUp()
    if set(piece) <= _KEYS:
        return Press(piece)
    raise ValueError(piece)


def hear(script: Script, event: Event) -> Script:
    """One event heard: a question is remembered, awaited words are ticked off."""
    if event.kind == "gather":
        script = replace(script, asked=script.asked + 1)
    match script.steps[:1]:
        case (WaitFor(words),) if event.kind == "say" and words.casefold() in event.text.casefold():
            return replace(script, steps=script.steps[1:])
        case _:
            return script


def due(script: Script, call: CallNow) -> tuple[Press | Speak | HangUp | None, Script]:
    """What to do now, and the script after it."""
    if not script.steps or call.ended:
        return None, script
    step = script.steps[0]
    match step:
        case WaitFor():
            return None, script
        case HangUp():
            return step, replace(script, steps=script.steps[1:])
        case Speak():
            if not call.listening and not call.recording:
                return None, script
            return _with_what_follows(step, script) if call.recording else (step, Script(script.steps[1:]))
        case Press():
            if call.recording:
                return step, replace(script, steps=script.steps[1:])
            if not call.gathering or script.asked == 0:
                return None, script
            return step, Script(script.steps[1:], asked=0)
        case _:
            assert_never(step)


def _with_what_follows(step: Speak, script: Script) -> tuple[Speak, Script]:
    """A key that ends the message is pressed when the words are over, and not before."""
    match script.steps[1:2]:
        case (Press(digits),):
            return replace(step, then=digits), Script(script.steps[2:])
        case (HangUp(),):
            return replace(step, then="hangup"), Script(script.steps[2:])
        case _:
            return step, Script(script.steps[1:])


def left(script: Script) -> str:
    """The steps that were never reached, for the one who reads why it failed."""
    words: list[str] = []
    for step in script.steps:
        match step:
            case WaitFor(heard):
                words.append(f"wait:{heard}")
            case Press(digits):
                words.append(digits)
            case Speak(words=said):
                words.append(f"say:{said}")
            case HangUp():
                words.append("hangup")
            case _:
                assert_never(step)
    return ",".join(words)
