"""The document that answers when nothing of ours does: three languages, numbers to ring, 112. Hosted elsewhere.

It names no URL of ours, plays no sound of ours and asks for no key: whoever hosts it needs nothing but the file. The
live ``/voice/fallback`` is another thing (``fallback_webhook``). Kept in ``DATA_DIR/fallback`` at each publish.

    python -m ivr.fallback --out FILE [--rules FILE]
"""

import argparse
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from dotenv import dotenv_values

from adapters.database import Database, DatabaseError
from adapters.places import ROOT
from adapters.settings import Settings, SettingsInvalid, load_settings
from ivr.speech.announcements import Announcements
from ivr.speech.announcements import load as load_announcements
from ivr.turn import DepartmentSpoken, Hangup, Instruction, Pause, PhoneSpoken, Say, Turn
from ivr.twiml import CallerIds, Urls, render
from routing_rules import store
from routing_rules.document import RulesetInvalid, parse
from routing_rules.model import LANGUAGES, Department, Ruleset

PLACE = Path("fallback") / "voice-fallback.xml"  # below DATA_DIR
MOST_DESKS = 3  # an English caller hears two other languages first: the list must stay short
MOST_BYTES = 64 * 1024  # Twilio's error 11750
NOWHERE = Urls("", CallerIds(""))


def document(rules: Ruleset, announcements: Announcements, city_number: str) -> str:
    """The whole TwiML document. Raises ValueError where Twilio would refuse its length."""
    spoken = replace(announcements, sounds=frozenset())  # our sound files are as unreachable as we are
    body = render(Turn(LANGUAGES[0], tuple(_instructions(rules, city_number))), spoken, rules, NOWHERE)
    declaration, _, response = body.partition("?>")
    whole = f"{declaration}?>\n<!-- one number: fallback of ruleset version {rules.version} -->\n{response}\n"
    if len(whole.encode()) > MOST_BYTES:
        raise ValueError(f"the fallback document is longer than {MOST_BYTES} bytes")
    return whole


def desks(rules: Ruleset, city_number: str) -> tuple[Department, ...]:
    """Whose numbers are told: the extended-hours desk, who answers when nobody knows the desk, then urgent topics.

    Never the city's one number: the caller has just rung it, and would hear this again.
    """
    general = rules.topic(rules.general_topic).department
    urgent = [topic.department for topic in rules.topics if topic.urgent]
    rest = [topic.department for topic in rules.topics if topic.parent is None]
    found: dict[str, Department] = {}
    for name in (rules.extended_desk, general, *urgent, *rest):
        if name is not None:
            desk = rules.department(name)
            found.setdefault(desk.fallback_number, desk)
    found.pop(city_number, None)
    return tuple(found.values())[:MOST_DESKS]


def _instructions(rules: Ruleset, city_number: str) -> Iterator[Instruction]:
    """First what is wrong and 112, in every language; then the numbers, in every language, and all of them again."""
    for language in LANGUAGES:
        yield Say("fallback.fault", (), language)
        yield Say("emergency", (), language)
    for _ in range(2):
        for language in LANGUAGES:
            yield Pause(1)
            yield from _numbers(rules, city_number, language)
    for language in LANGUAGES:
        yield Say("goodbye", (), language)
    yield Hangup()


def _numbers(rules: Ruleset, city_number: str, language: str) -> Iterator[Instruction]:
    for desk in desks(rules, city_number):
        values = (("department", DepartmentSpoken(desk.id)), ("number", PhoneSpoken(desk.fallback_number)))
        yield Say("fallback.desk", values, language)
    duty = next((duty for duty in rules.duties if duty.id == rules.duty), None)
    if duty is not None:
        yield Say("fallback.duty", (("number", PhoneSpoken(duty.numbers[0])),), language)


def keep(settings: Settings, rules: Ruleset, announcements: Announcements) -> bool:
    """The copy in DATA_DIR is that of these rules; True if it had to be written."""
    return write(settings.data_dir / PLACE, document(rules, announcements, settings.city_number))


def write(path: Path, text: str) -> bool:
    """Whole or not at all; False where the file says this already."""
    if path.exists() and path.read_text(encoding="utf-8", errors="replace") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)
    return True


def published(database: Database) -> Ruleset | None:
    """The ruleset in force in the record. Raises DatabaseError, RulesetInvalid."""
    with database.read() as connection:
        found = store.published(connection)
    return None if found is None else replace(parse(found[1]), version=found[0])


def environment(root: Path = ROOT) -> Mapping[str, str]:
    """``.env`` in the project, overruled by the environment: what `make serve` reads."""
    written = {name: value for name, value in dotenv_values(root / ".env").items() if value is not None}
    return {**written, **os.environ}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m ivr.fallback", description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, required=True, help="where the document is written")
    parser.add_argument("--rules", type=Path, help="a ruleset file; default: the one published in the record")
    given = parser.parse_args(arguments)
    known = environment()
    try:
        rules = parse(given.rules.read_text(encoding="utf-8")) if given.rules else _in_force(known)
        write(given.out, document(rules, load_announcements(), known.get("CITY_NUMBER", "")))
    except (OSError, ValueError, RulesetInvalid, SettingsInvalid, DatabaseError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


def _in_force(known: Mapping[str, str]) -> Ruleset:
    database = Database(load_settings(known).database_url)
    try:
        rules = published(database)
    finally:
        database.dispose()
    if rules is None:
        raise ValueError("no ruleset is published in the record")
    return rules


if __name__ == "__main__":
    sys.exit(main())
