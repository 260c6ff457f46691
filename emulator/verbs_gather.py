"""Gather, keys only: nested words that a key cuts, the time-out after them, and the request with Digits."""

from emulator.calls import Call, Fetch, Gathering
from emulator.history import Problem
from emulator.player import Playing, answer_if_ringing, verb
from emulator.twiml_parse import NOT_TWILIOS, Element
from emulator.verbs_sound import pause, play_sound, say

DEFAULT_TIMEOUT = 5
NESTED = {"Say": say, "Play": play_sound, "Pause": pause}


@verb("Gather")
def gather(element: Element, playing: Playing) -> Fetch | None:
    call = playing.call
    answer_if_ringing(playing)
    if "dtmf" not in element.get("input", "dtmf").split():
        _deaf(element, playing)
        return None
    finish = element.get("finishOnKey", "#")
    limit = element.number("numDigits", 0) or None
    with call.lock:
        call.keys.clear()  # keys pressed before the question are nobody's
        call.gathering = Gathering(limit, finish)
    call.note("gather", digits=limit, finish=finish, timeout=element.get("timeout", str(DEFAULT_TIMEOUT)))
    try:
        _nested(element, playing)
        digits = _collect(call, limit, finish, element.number("timeout", DEFAULT_TIMEOUT))
    finally:
        call.gathering = None
    if not digits and not element.yes("actionOnEmptyResult"):
        return None
    return playing.link(element.get("action", ""), element.get("method", "POST"), (("Digits", digits),))


def _deaf(element: Element, playing: Playing) -> None:
    """Speech alone: the emulator hears no speech, so nobody has said anything."""
    playing.network.problem(playing.call, Problem(NOT_TWILIOS, "speech is not heard here"))
    for child in element.children:
        NESTED[child.name](child, playing)
    playing.call.wait(element.number("timeout", DEFAULT_TIMEOUT))


def _nested(element: Element, playing: Playing) -> None:
    for child in element.children:
        if playing.call.keys or NESTED[child.name](child, playing, until_key=True):
            return


def _collect(call: Call, limit: int | None, finish: str, timeout: float) -> str:
    """The digits, without the finishing key; each key begins the time-out anew."""
    digits = ""
    while call.wait(timeout, lambda: bool(call.keys)):
        key = call.keys.popleft()
        if finish and key == finish:
            return digits
        digits += key
        if limit is not None and len(digits) >= limit:
            return digits
    return digits
