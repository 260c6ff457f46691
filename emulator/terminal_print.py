"""How what is heard looks in a terminal: one line for each thing, with the business time and the language."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from emulator.lab_client import Event

_WALL = ZoneInfo("Europe/Helsinki")  # what the clock on the wall beside the telephone shows

_SIGNS = {
    "ring": "…",
    "answered": "answered",
    "play": "♫",
    "music": "♫",
    "gather": "?",
    "queued": "in the line",
    "left-queue": "out of the line",
    "dial": "connecting",
    "joined": "JOINED",
    "parted": "parted",
    "hold": "on hold",
    "beep": "♪ beep",
    "record": "recording",
    "recorded": "recorded",
    "error": "ERROR",
    "end": "end",
}
_QUIET = frozenset({"pause", "barge"})


def heard(event: Event) -> str | None:
    """The line for an event, or nothing for what nobody hears."""
    if event.kind in _QUIET:
        return None
    if event.kind in ("say", "heard"):
        return f"[{event.language[:2] or '--'}] {event.text}"
    if event.kind == "speech":
        return f'     > "{event.text}"'
    if event.kind == "key":
        return f"     > {event.text}"
    return f"     {_SIGNS.get(event.kind, event.kind)} {event.text}".rstrip()


def say_line(event: Event) -> None:
    words = heard(event)
    if words is not None:
        line(wall_time(event.at), words)


def wall_time(iso: str) -> str:
    try:
        return f"{datetime.fromisoformat(iso).astimezone(_WALL):%H.%M.%S}"
    except ValueError:
        return ""


def line(at: str, words: str) -> None:
    print(f"{at or '--------'}  {words}", flush=True)


_ON_THE_CARD = (
    *("kind", "topic", "language", "service_language", "department", "desk", "urgent", "number"),
    *("told", "window", "why", "attempts", "note"),
)


def print_card(offer: Mapping[str, object]) -> None:
    """The offered matter, in the console's own words where it has them."""
    words = offer.get("words")
    card = {**offer, **(words if isinstance(words, Mapping) else {})}
    for name in _ON_THE_CARD:
        value = card.get(name)
        if isinstance(value, list):
            value = " / ".join(str(part) for part in value)
        if value and not isinstance(value, Mapping):
            line("", f"     {name}: {value}")
