"""``make resident``: what a resident may ask of the city about her telephone number.

  access NUMBER --to DIR --by NAME --why REASON    everything held about it: sound, JSON and a page to read
  erase NUMBER --by NAME --why REASON              shows what would go and what stays; with --yes it goes

Whoever gives the command has made sure that it is her number. Safe beside the running service, and to begin again.
Exit code: 0 done; 1 done, and something is missing or kept, or nothing is held; 2 refused, nothing done.
"""

import argparse
import os
import re
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from dotenv import dotenv_values

from adapters.database import DatabaseError
from adapters.logs import configure_logging
from adapters.places import ROOT
from adapters.settings import SettingsInvalid, load_settings
from bootstrap import Services, build_services
from callbacks.numbers import plain
from console.resident_page import rendered
from console.words import PAGE_LANGUAGES, PageWords, page_words
from recordings.erasing import Partly, Seen, calls_of, erase, look, obstacle
from recordings.handing_out import hand_out
from recordings.vault.model import VaultError

WELL, PARTLY, REFUSED = 0, 1, 2
E164 = re.compile(r"\+[1-9]\d{6,14}")
DASHES = "\\-\u2010-\u2015\u2212"
OWN_COUNTRY = "+358"


def main(arguments: Sequence[str] | None = None, services: Services | None = None) -> int:
    """``services``: a test's own."""
    given = _parser().parse_args(arguments)
    t = page_words(given.language)
    number = e164(given.number)
    if number is None:
        return _refused(t("resident.say.not_a_number", number=given.number))
    if not given.by.strip() or not given.why.strip():
        return _refused(t("resident.say.who"))
    try:
        services = services or _services(given.root)
        if given.command == "access":
            return _access(services, t, number, given)
        return _erase(services, t, number, given)
    except (SettingsInvalid, VaultError) as error:
        return _refused(str(error))
    except DatabaseError as error:
        return _refused(f"DATABASE_URL: {type(error).__name__}")


def e164(written: str) -> str | None:
    """As people write it: 040 123 4567, 00358…, +358 (0)40…, tel:+358…. None: no telephone number."""
    text = re.sub(r"^tel:", "", plain(written), flags=re.I)
    text = re.sub(rf"[\s().{DASHES}]", "", re.sub(r"(?<=\d)\s*\(0\)", "", text))
    if text.startswith("00"):
        text = f"+{text[2:]}"
    elif text.startswith("0"):
        text = OWN_COUNTRY + text[1:]
    return text if E164.fullmatch(text) else None


def _services(root: Path) -> Services:
    written = {name: value for name, value in dotenv_values(root / ".env").items() if value is not None}
    settings = load_settings({**written, **os.environ})
    configure_logging("resident", settings.log_level)
    return build_services(settings)


def _refused(words: str) -> int:
    print(words, file=sys.stderr)
    return REFUSED


# --- access ------------------------------------------------------------------------------------------------------


def _access(services: Services, t: PageWords, number: str, given: argparse.Namespace) -> int:
    place: Path = given.to
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        return _refused(t("resident.say.not_empty", place=place))
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    render = partial(rendered, language=t.language)
    done = hand_out(services, number, place, given.by, given.why, t.language, render)
    if done is None:
        print(t("resident.say.unknown"))
        return PARTLY
    print(t("resident.say.handed_out", place=place, files=done.sounds + 2, sounds=done.sounds))
    for name, why in done.missing:
        print(t("resident.say.missing", name=name, why=why), file=sys.stderr)
    for name in done.coming:
        print(t("resident.say.coming", name=name), file=sys.stderr)
    return PARTLY if done.missing or done.coming else WELL


# --- erasure -----------------------------------------------------------------------------------------------------


def _erase(services: Services, t: PageWords, number: str, given: argparse.Namespace) -> int:
    with services.database.read() as connection:
        seen = look(connection, number, services.clock.now())
    if seen is None:
        print(t("resident.say.unknown"))
        return PARTLY
    _tell_holds(t, seen)
    hindered = obstacle(seen, given.also_open)
    if hindered is None and given.yes:
        result = erase(services, number, given.by, given.why, also_open=given.also_open)
        if isinstance(result, Partly):
            print(t("resident.say.partly", count=result.sounds), file=sys.stderr)
            return PARTLY
        hindered = result if isinstance(result, str) else None
    if hindered is not None:
        words = t("resident.say." + hindered, count=len(seen.open_requests)) if hindered == "open" else None
        return _refused(words or t("resident.say." + hindered))
    print(t("resident.say.erased" if given.yes else "resident.say.would"))
    _tell_counts(t, seen)
    return PARTLY if seen.holds else WELL


def _tell_holds(t: PageWords, seen: Seen) -> None:
    for hold in seen.holds:
        kind = t(f"resident.say.hold.{hold.kind}")
        print(t("resident.say.hold", kind=kind, at=f"{hold.made_at:%d.%m.%Y}", reason=hold.reason))


def _tell_counts(t: PageWords, seen: Seen) -> None:
    counts = {"requests": len(seen.requests), "sounds": len(seen.sounds), "texts": len(seen.texts)}
    print(t("resident.say.counts", calls=len(seen.found.calls), **counts))
    there = [row for row in seen.found.recordings if row["id"] in seen.sounds and row["removed_machine"] is None]
    texts = [row for row in seen.found.texts if row["id"] in seen.texts and row["message_sid"] is not None]
    print(t("resident.say.provider", count=len(there) + len(texts) + len(calls_of(seen))))
    print(t("resident.say.provider_texts"))
    print(t("resident.say.kept"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make resident", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("access", "erase"):
        command = commands.add_parser(name)
        command.add_argument("number")
        command.add_argument("--by", required=True, help="who does it")
        command.add_argument("--why", required=True, help="whose request, where it is filed")
        command.add_argument("--language", choices=PAGE_LANGUAGES, default="fi")
        if name == "access":
            command.add_argument("--to", type=Path, required=True, help="an empty or new folder")
        else:
            command.add_argument("--yes", action="store_true", help="do it, instead of showing what would go")
            command.add_argument("--also-open", action="store_true", help="cancel requests that are still open")
    return parser


if __name__ == "__main__":
    sys.exit(main())
