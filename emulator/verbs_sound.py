"""Say, Play, Pause: what is heard, and how long it lasts in business seconds."""

from emulator.calls import Call, Event, Fetch
from emulator.history import Problem
from emulator.media import fetch_sound
from emulator.player import Playing, answer_if_ringing, verb
from emulator.twiml_parse import Element
from emulator.voice import speaking_time

FOR_EVER = 1000  # loop="0"


def _times(element: Element) -> int:
    return element.number("loop", 1) or FOR_EVER


def _hear(call: Call, event: Event, seconds: float, *, until_key: bool) -> bool:
    """True if a key, or speech that is listened for, cut it."""
    with call.sounding(event.text or "", seconds):
        return _wait(call, event, seconds, until_key=until_key)


def _wait(call: Call, event: Event, seconds: float, *, until_key: bool) -> bool:
    cut = call.wait(seconds, lambda: until_key and call.interrupted)
    if cut:
        call.mark_cut(event)
    return cut


def say(element: Element, playing: Playing, *, until_key: bool = False) -> bool:
    call = playing.call
    for _ in range(_times(element)):
        event = call.note("say", element.text, element.attributes.get("language"), element.attributes.get("voice"))
        if _hear(call, event, speaking_time(element.text), until_key=until_key):
            return True
    return False


def play_sound(element: Element, playing: Playing, *, until_key: bool = False) -> bool:
    call, url = playing.call, element.text
    if "://" not in url:
        playing.network.problem(call, Problem(11100, f"relative URL {url} in <Play>"))
        return False
    sound = fetch_sound(url)
    call.check()
    if isinstance(sound, Problem):
        playing.network.problem(call, sound, url=url)
        return False
    for _ in range(_times(element)):
        event = call.note("play", url, seconds=sound.seconds)
        if _hear(call, event, sound.seconds, until_key=until_key):
            return True
    return False


def pause(element: Element, playing: Playing, *, until_key: bool = False) -> bool:
    seconds = element.number("length", 1)
    event = playing.call.note("pause", seconds=seconds)
    return _wait(playing.call, event, seconds, until_key=until_key)


@verb("Say")
def say_verb(element: Element, playing: Playing) -> Fetch | None:
    answer_if_ringing(playing)
    say(element, playing)
    return None


@verb("Play")
def play_verb(element: Element, playing: Playing) -> Fetch | None:
    answer_if_ringing(playing)
    if "digits" in element.attributes:
        playing.call.note("play", digits=element.attributes["digits"])
        return None
    play_sound(element, playing)
    return None


@verb("Pause")
def pause_verb(element: Element, playing: Playing) -> Fetch | None:
    pause(element, playing)
    return None
