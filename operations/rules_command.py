"""The routing rules in files, for a city that keeps them in git (``make rules``).

  check FILE            what would lose or surprise a caller
  try FILE              where a made-up call goes, and why; with --expect: whether it goes there
  diff BEFORE AFTER     what differs, in plain words; ``live`` in place of a file: what is in force
  publish FILE          into force, merged with what others have published since, after the same check
  export                what is in force, or an older version, as YAML or JSON

Exit code: 0 well; 1 findings, differences or another way than expected; 2 cannot be read, refused, nothing done.
``live``, publish and export read DATABASE_URL; nothing else needs a database. Publish reads CITY_NUMBER, check does
where it is set: a desk that leads back to the one number would be a loop. Each is the environment's, or that of .env.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import assert_never
from zoneinfo import ZoneInfo

from adapters.clock import SystemClock
from adapters.database import Database, DatabaseError, Transaction
from adapters.moved import followed
from adapters.places import ROOT
from adapters.store_places import NotAPlace, one_form
from console.rules.changes import change_lines
from console.rules.finding_words import finding_words
from console.rules.words import Why
from console.words import PAGE_LANGUAGES, PageWords, page_words
from desks.supervision import audit
from ivr.rules_known import known_announcements, known_numbers
from ivr.speech.announcements import load as load_announcements
from operations import rules_options
from operations.command_line import environment_of
from operations.rules_options import CannotBeDone
from routing_rules.checking.check import check
from routing_rules.checking.model import Announcements, Finding, Numbers
from routing_rules.document import RulesetInvalid, dump, dump_yaml, parse
from routing_rules.marks import without_marks
from routing_rules.model import LANGUAGES, Ruleset
from routing_rules.planned import planned
from routing_rules.routes import StaffedDesk
from routing_rules.trying.examples import outcome
from routing_rules.trying.trial import Trial, everybody, tried
from routing_rules.versions import store as versions
from routing_rules.versions.difference import difference
from routing_rules.versions.model import Behind, Published, Refused
from routing_rules.versions.publishing import publish_document
from routing_rules.versions.readying import Unchecked

WELL, DIFFERS, UNREADABLE = 0, 1, 2
LIVE, STANDARD = "live", "-"
AUTHOR = "command line"


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    options.environment = environment_of(options.root)
    t = page_words(options.language)
    try:
        match options.command:
            case "check":
                return _check(t, options)
            case "try":
                return _try(t, options)
            case "diff":
                return _diff(t, options)
            case "publish":
                return _publish(t, options)
        return _export(options)
    except RulesetInvalid as invalid:
        return _refuse(*invalid.problems)
    except CannotBeDone as problem:
        return _refuse(str(problem))
    except DatabaseError as error:
        return _refuse(f"the database did not do it ({type(error).__name__}): is DATABASE_URL right, and migrated?")


def _refuse(*problems: str) -> int:
    print("\n".join(problems), file=sys.stderr)
    return UNREADABLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rules", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--language", choices=PAGE_LANGUAGES, default="en", help="of what is printed")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    commands = parser.add_subparsers(dest="command", required=True)
    checking = commands.add_parser("check", help="what would lose or surprise a caller")
    checking.add_argument("file")
    _ticks(checking)
    trying = commands.add_parser("try", help="where a made-up call goes, and why")
    _trial_options(trying)
    differing = commands.add_parser("diff", help="what differs")
    differing.add_argument("before", help="a file, or: live")
    differing.add_argument("after", help="a file, or: live")
    publishing = commands.add_parser("publish", help="into force")
    publishing.add_argument("file")
    publishing.add_argument("--reason", required=True, type=without_marks, help="why, for those who read it later")
    publishing.add_argument("--author", default=AUTHOR, type=without_marks)
    publishing.add_argument(
        "--based-on", type=rules_options.version, help="version the file was exported from (default: the last file)"
    )
    _ticks(publishing)
    exporting = commands.add_parser("export", help="what is in force, as a file")
    exporting.add_argument("--version", type=rules_options.version, help="an older one")
    exporting.add_argument("--format", choices=("yaml", "json"), default="yaml")
    exporting.add_argument("--output", default=STANDARD, help="file (default: the screen)")
    return parser


def _ticks(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--tick", action="append", default=[], metavar="KEY", help="a warning that is accepted; as check prints it"
    )


def _trial_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file")
    parser.add_argument("--topic", required=True)
    parser.add_argument("--speaks", choices=LANGUAGES, default="fi", help="the caller's language")
    parser.add_argument("--at", help="local time, 2026-11-28T17:05 (default: now)")
    parser.add_argument("--on-duty", default="planned", help="planned, everybody, nobody, or desks: housing,advice")
    parser.add_argument(
        "--number", type=rules_options.number, default="", help="the caller's, or how it begins: +35817"
    )
    parser.add_argument("--wait", type=rules_options.minutes, help="minutes at the topic's own desk")
    parser.add_argument("--expect", metavar="KIND[:DESK]", help="line:housing, closed, duty ...; another way: code 1")


# --- check -------------------------------------------------------------------------------------------------------


def _check(t: PageWords, options: argparse.Namespace) -> int:
    rules = _ruleset(options.file, options.environment)
    own = rules_options.own_numbers(options.environment)
    if not options.environment.get("CITY_NUMBER"):
        print("not looked at: whether a desk leads back to the one number; set CITY_NUMBER", file=sys.stderr)
    announcements, numbers = _known(own)
    found = check(rules, SystemClock().now(), announcements, numbers)
    open_ones = [one for one in found if one.level == "error" or one.key not in options.tick]
    _tell(t, rules, found, frozenset(options.tick))
    print(f"{len(found)} found, {len(open_ones)} to mend or tick" if found else "nothing found")
    return DIFFERS if open_ones else WELL


def _tell(t: PageWords, rules: Ruleset, found: Sequence[Finding], ticked: frozenset[str]) -> None:
    for one in found:
        level = "ticked" if one.level == "warning" and one.key in ticked else one.level
        print(f"{level}: {finding_words(t, rules, one)}\n    {one.key}")


def _known(own: frozenset[str]) -> tuple[Announcements, Numbers]:
    return known_announcements(load_announcements()), known_numbers(own)


# --- try ---------------------------------------------------------------------------------------------------------


def _try(t: PageWords, options: argparse.Namespace) -> int:
    rules = _ruleset(options.file, options.environment)
    if options.topic not in {topic.id for topic in rules.topics}:
        raise CannotBeDone(f"--topic {options.topic}: no such topic; there are {', '.join(_ids(rules))}")
    at = rules_options.moment(options.at, ZoneInfo(rules.time_zone))
    staffed = _staffed(rules, options.on_duty, at)
    explanation = tried(rules, Trial(at, options.speaks, options.topic, staffed, options.number, options.wait))
    why = Why(t, rules, at, options.speaks)
    for one in why.told(explanation):
        print(f"{'+' if one.holds else '-'} {one.words}")
    kind, who = outcome(explanation.route)
    came = kind if who is None else f"{kind}:{who}"
    print(f"{why.route(explanation.route)}\n{came}")
    return WELL if options.expect in (None, came, kind) else DIFFERS


def _ids(rules: Ruleset) -> list[str]:
    return [topic.id for topic in rules.topics if topic.department is not None or topic.information is not None]


def _staffed(rules: Ruleset, given: str, at: datetime) -> tuple[StaffedDesk, ...]:
    match given:
        case "planned":
            return planned(rules, at)
        case "everybody":
            return everybody(rules)
        case "nobody":
            return ()
    named = given.split(",")
    unknown = set(named) - {d.id for d in rules.departments}
    if unknown:
        raise CannotBeDone(f"--on-duty {given}: no such desk: {', '.join(sorted(unknown))}")
    return tuple(one for one in everybody(rules) if one.desk in named)


# --- diff, publish, export ---------------------------------------------------------------------------------------


def _diff(t: PageWords, options: argparse.Namespace) -> int:
    before, after = (_ruleset(source, options.environment) for source in (options.before, options.after))
    changes = difference(before, after)
    for line in change_lines(t, changes, (before, after)):
        print(f"{line.what}: {line.said}")
    print(f"{len(changes)} changes" if changes else "no difference")
    return DIFFERS if changes else WELL


def _publish(t: PageWords, options: argparse.Namespace) -> int:
    text = _read(options.file)
    rules = parse(text)
    clock, database = SystemClock(), _database(options.environment)
    announcements, numbers = _known(rules_options.needed_own_numbers(options.environment))

    def also(tx: Transaction, number: str) -> None:
        audit.note(tx, clock, AUTHOR, "rules_published", "rules", number, detail=options.author[:80])

    done = publish_document(
        database, text, options.author[:80], options.reason, frozenset(options.tick), clock.now(),
        known_announcements=announcements, numbers=numbers, based_on=options.based_on, also=also,
    )  # fmt: skip
    match done:
        case Published(version):
            print(f"version {version} is in force")
            return WELL
        case Unchecked(found):
            _tell(t, rules, found, frozenset(options.tick))
            print("nothing is published: mend the errors, tick the warnings", file=sys.stderr)
            return DIFFERS
        case Behind(conflicts, live):
            print("\n".join(conflict.place for conflict in conflicts))
            print(f"nothing is published: version {live} has changed the same places; export it", file=sys.stderr)
            return DIFFERS
        case Refused("unchanged"):
            print("no difference: it is in force already")
            return WELL
        case Refused(reason, problems):
            return _refuse(f"nothing is published: {reason.replace('_', ' ')}", *map(str, problems))
    assert_never(done)


def _export(options: argparse.Namespace) -> int:
    with _database(options.environment).read() as connection:
        found = versions.live(connection) if options.version is None else versions.version(connection, options.version)
    if found is None:
        raise CannotBeDone("no such version is published")
    rules = parse(found.document)
    text = dump_yaml(rules) if options.format == "yaml" else dump(rules)
    if options.output == STANDARD:
        print(text)
        return WELL
    try:
        Path(options.output).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise CannotBeDone(f"{options.output}: {error.strerror}") from error
    print(f"version {found.version} is in {options.output}")
    return WELL


# --- where rules come from ---------------------------------------------------------------------------------------


def _ruleset(source: str, environment: Mapping[str, str]) -> Ruleset:
    """A file, ``-`` or ``live``. Raises RulesetInvalid, CannotBeDone, DatabaseError."""
    if source != LIVE:
        return parse(_read(source))
    with _database(environment).read() as connection:
        found = versions.live(connection)
    if found is None:
        raise CannotBeDone("nothing is published yet")
    return parse(found.document)


def _read(source: str) -> str:
    try:
        return sys.stdin.read() if source == STANDARD else Path(source).read_text(encoding="utf-8")
    except OSError as error:
        raise CannotBeDone(f"{source}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CannotBeDone(f"{source}: not UTF-8 text") from error


def _database(environment: Mapping[str, str]) -> Database:
    url = environment.get("DATABASE_URL", "")
    if not url:
        raise CannotBeDone("DATABASE_URL is not set: name the service's database")
    try:
        return Database(followed(one_form(url)), deadline=10.0)
    except NotAPlace as problem:
        raise CannotBeDone(f"DATABASE_URL: {problem}") from None


if __name__ == "__main__":
    sys.exit(main())
