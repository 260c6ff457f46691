"""``python -m operations.data_protection``: what notes for an impact assessment and a privacy notice must say of this
very installation, from its settings and the rules in force, as Markdown. No secret and no person's number is told.

``--rules FILE`` instead of the record's; the table in ``docs/data-protection.md`` is that of the sample rules.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from adapters.database import Database, DatabaseError
from adapters.origins import is_loopback
from adapters.settings import Settings, SettingsInvalid, load_settings
from ivr.fallback import environment, published
from routing_rules.document import RulesetInvalid, parse
from routing_rules.model import Ruleset

UNKNOWN_REGION = "the provider's default region (the United States)"

CITYS_OWN = "the city's own (OpenID Connect)"


def of_rules(rules: Ruleset) -> str:
    return "\n".join(_of_rules(rules))


def of_settings(settings: Settings) -> str:
    return "\n".join(f"- {line}" for line in _of_settings(settings))


def _of_rules(rules: Ruleset) -> Iterator[str]:
    yield f"Rules of {rules.city['en']}, version {rules.version}; days."
    yield ""
    yield "| department | talks recorded | talks | messages | notes | texts | calls |"
    yield "|---|---|---|---|---|---|---|"
    for one in rules.departments:
        kept = one.retention
        days = (kept.talk_days, kept.message_days, kept.note_days, kept.text_days, kept.call_days)
        talks = "after a notice" if one.records_talks else "no"
        yield f"| {one.name['en']} | {talks} | {' | '.join(str(day) for day in days)} |"
    yield ""
    sensitive = sorted(topic.name["en"] for topic in rules.topics if topic.sensitive)
    yield f"Sensitive topics, never told by caller ID alone: {', '.join(sensitive) or 'none'}."
    others = sorted(one.name["en"] for one in rules.departments if one.provider != "city")
    yield f"Answered by others than the city, who are controllers of their own: {', '.join(others) or 'none'}."
    heard = sorted(one.name["en"] for one in rules.departments if one.listen_to_sensitive)
    yield f"Supervisors may listen to talks about sensitive topics in: {', '.join(heard) or 'no department'}."


def _of_settings(settings: Settings) -> Iterator[str]:
    if is_loopback(settings.twilio_api_base_url):
        yield "Telephone provider: the emulator on this machine; nobody is really rung."
    else:
        region = settings.twilio_region.upper() or UNKNOWN_REGION
        yield f"Telephone provider: {urlsplit(settings.twilio_api_base_url).hostname}, {region}."
    yield f"Record: {'a file on this machine' if settings.database_url.startswith('sqlite') else _hosts(settings)}."
    yield f"Recordings: sealed, {_sound(settings)}."
    yield f"Text messages: {'sent' if settings.sms_sender else 'none are sent'}."
    yield f"Speech to text: {'an extra of the city' if settings.transcriber else 'none'}."
    yield f"Sign-in: {CITYS_OWN if settings.openid_issuer else 'names and passwords here'}."
    yield f"Test calls to the city's own number: {'one an hour' if settings.test_call_from else 'none'}."


def _hosts(settings: Settings) -> str:
    return f"PostgreSQL at {urlsplit(settings.database_url).netloc.rpartition('@')[2]}"


def _sound(settings: Settings) -> str:
    if not settings.recordings_store:
        return "on this machine"
    place = urlsplit(settings.recordings_store_endpoint).hostname or "Amazon S3"
    return f"in an object storage at {place}{f' ({settings.aws_region})' if settings.aws_region else ''}"


def _rules(settings: Settings, file: Path | None) -> Ruleset | None:
    return parse(file.read_text(encoding="utf-8")) if file else published(Database(settings.database_url))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m operations.data_protection", description=__doc__)
    parser.add_argument("--rules", type=Path, help="a ruleset file; default: the one published in the record")
    given = parser.parse_args(arguments)
    try:
        settings = load_settings(environment())
        rules = _rules(settings, given.rules)
    except (SettingsInvalid, RulesetInvalid, DatabaseError, OSError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    if rules is None:
        print("no ruleset is published in the record", file=sys.stderr)
        return 1
    print(of_settings(settings), of_rules(rules), sep="\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
