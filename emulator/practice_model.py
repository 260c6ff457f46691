"""The practice desk's scripts and presets as values, read from practice.yaml; what is wrong in it is told by name.

Nothing rings here.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from emulator.telephones import Behaviour, OnRing, read_behaviour

Language = Literal["fi", "sv", "en"]
SCRIPTS = Path(__file__).with_name("practice.yaml")
_KEYS = frozenset("0123456789*#")


class Unreadable(Exception):
    """A script that cannot be played; the text names it and the field."""


@dataclass(frozen=True)
class Key:
    """Pressed when these words have been heard since the last key."""

    hear: str
    press: str


@dataclass(frozen=True)
class Answers:
    """What anybody presses where the service of this language asks, and how it tells a time."""

    ask: Key
    usual: tuple[Key, ...]
    promise: str
    window: re.Pattern[str]


@dataclass(frozen=True)
class RingsAgain:
    missed: int
    minutes: float
    keys: tuple[Key, ...]


@dataclass(frozen=True)
class Script:
    """One resident. Minutes and seconds are business time."""

    id: str
    language: Language
    number: str
    name: str
    title: Mapping[str, str]
    teaches: Mapping[str, str]
    keys: tuple[Key, ...]
    callback: bool
    patience: float
    hurried: tuple[str, ...]
    talks: tuple[tuple[str, ...], ...]
    back: str
    hold: float
    stays: float
    rung: tuple[OnRing, ...]
    rings_again: RingsAgain | None
    at: str | None
    telephones: tuple[tuple[str, Behaviour], ...]

    def behaviour(self, ring: int) -> Behaviour:
        """What her telephone does when it is rung for that time, counted from 0."""
        return Behaviour(on_ring=self.rung[min(ring, len(self.rung) - 1)], after=4.0)


@dataclass(frozen=True)
class Preset:
    id: str
    title: Mapping[str, str]
    about: Mapping[str, str]
    begins: Mapping[str, float]  # script -> minutes after the start


@dataclass(frozen=True)
class Book:
    answers: Mapping[str, Answers]
    scripts: Mapping[str, Script]
    presets: Mapping[str, Preset]


@cache
def book(path: Path = SCRIPTS) -> Book:
    return read_book(yaml.safe_load(path.read_text(encoding="utf-8")))


def read_book(content: Mapping[str, Any]) -> Book:
    answers = {language: _answers(entry) for language, entry in content["answers"].items()}
    scripts = {entry["id"]: _script(entry) for entry in content["scripts"]}
    presets = {
        entry["id"]: Preset(entry["id"], entry["title"], entry["about"], entry["begins"])
        for entry in content["presets"]
    }
    found = Book(answers, scripts, presets)
    _check(found, len(content["scripts"]))
    return found


def _check(found: Book, written: int) -> None:
    if len(found.scripts) != written:
        raise Unreadable("two scripts with the same id")
    if len({script.number for script in found.scripts.values()}) != written:
        raise Unreadable("two scripts with the same number")
    for preset in found.presets.values():
        unknown = [each for each in preset.begins if each not in found.scripts]
        if unknown:
            raise Unreadable(f"{preset.id}: no such script: {', '.join(unknown)}")


def _answers(entry: Mapping[str, Any]) -> Answers:
    return Answers(
        _key("answers", entry["ask"]), _keys("answers", entry["usual"]), entry["promise"], re.compile(entry["window"])
    )


def _script(entry: Mapping[str, Any]) -> Script:
    name = str(entry.get("id"))
    missing = {"language", "number", "name", "title", "teaches", "keys", "talks", "rung"} - set(entry)
    if missing:
        raise Unreadable(f"{name}: without {', '.join(sorted(missing))}")
    again = entry.get("rings_again")
    return Script(
        id=name,
        language=_one_of(name, "language", entry["language"], get_args(Language)),
        number=_number(name, entry["number"]),
        name=entry["name"],
        title=entry["title"],
        teaches=entry["teaches"],
        keys=_keys(name, entry["keys"]),
        callback=bool(entry.get("callback")),
        patience=float(entry.get("patience", 10)),
        hurried=tuple(entry.get("hurried", ())),
        talks=tuple(tuple(talk["says"]) for talk in entry["talks"]),
        back=entry.get("back", ""),
        hold=float(entry.get("hold", 120)),
        stays=float(entry.get("stays", 5)),
        rung=tuple(_one_of(name, "rung", each, get_args(OnRing)) for each in entry["rung"]),
        rings_again=RingsAgain(int(again["missed"]), float(again["minutes"]), _keys(name, again["keys"]))
        if again
        else None,
        at=entry.get("at"),
        telephones=tuple(_telephone(name, each) for each in entry.get("telephones", ())),
    )


def _telephone(name: str, entry: Mapping[str, Any]) -> tuple[str, Behaviour]:
    behaviour = read_behaviour(dict(entry))
    if isinstance(behaviour, str):
        raise Unreadable(f"{name}: telephones: {behaviour}")
    return _number(name, entry["number"]), behaviour


def _number(name: str, number: object) -> str:
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", str(number)):
        raise Unreadable(f"{name}: number")
    return str(number)


def _one_of(name: str, field: str, value: Any, allowed: Sequence[Any]) -> Any:
    if value not in allowed:
        raise Unreadable(f"{name}: {field}: {value}")
    return value


def _keys(name: str, entries: Sequence[Mapping[str, Any]]) -> tuple[Key, ...]:
    return tuple(_key(name, entry) for entry in entries)


def _key(name: str, entry: Mapping[str, Any]) -> Key:
    pressed = str(entry["press"])
    if not pressed or set(pressed) - _KEYS or not str(entry["hear"]).strip():
        raise Unreadable(f"{name}: keys: {entry}")
    return Key(str(entry["hear"]), pressed)
