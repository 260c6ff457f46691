"""Prints every announcement and text message of a language, with sample values, for the city's own reviewers.

``python -m ivr.speech.reading_script --language sv``, with ``--rules`` for another ruleset than the sample.
To be read aloud. Behind each text message stands how many segments it takes.
"""

from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from ivr.speech.announcements import Announcements, Values, load
from ivr.speech.segments import segments
from ivr.turn import (
    DepartmentSpoken,
    DigitsSpoken,
    DutySpoken,
    KeySpoken,
    LanguagesSpoken,
    MinutesSpoken,
    MomentSpoken,
    OrdinalSpoken,
    PhoneSpoken,
    TopicSpoken,
    Value,
    WindowSpoken,
    WordsSpoken,
)
from routing_rules import document
from routing_rules.model import LANGUAGES, Ruleset

SAMPLE_RULES = Path(__file__).parents[2] / "routing_rules" / "samples" / "kuopio.yaml"
SAMPLE_DAY = datetime(2026, 11, 24)  # noqa: DTZ001  a Tuesday; the ruleset gives the zone


def sample_values(language: str, rules: Ruleset) -> Mapping[str, Value]:
    """One value for each placeholder there is: Tuesday 24 November 2026 at 10.30."""
    now = SAMPLE_DAY.replace(hour=10, minute=30, tzinfo=ZoneInfo(rules.time_zone))
    topic = next(topic for topic in rules.topics if topic.department is not None)
    others = tuple(other for other in LANGUAGES if other != language)
    one = now.replace(hour=13, minute=0)
    return {
        "topic": TopicSpoken(topic.id),
        "about": TopicSpoken(topic.id, "about"),
        "key": KeySpoken("1"),
        "department": DepartmentSpoken(rules.departments[0].id),
        "place": OrdinalSpoken(4),
        "wait": MinutesSpoken(10),
        "spoken": LanguagesSpoken(others),
        "window": WindowSpoken(one, one + timedelta(hours=1), now),
        "number": PhoneSpoken("+358401234567"),
        "code": DigitsSpoken("204519"),
        "at": MomentSpoken(now.replace(hour=10, minute=12), now),
        "opens": MomentSpoken(now.replace(hour=7, minute=0) + timedelta(days=6), now),
        "duty": DutySpoken(rules.duties[0].id),
        "words": WordsSpoken(tuple((code, f"{rules.city[code]}.") for code in LANGUAGES)),
        "closes": MomentSpoken(now.replace(hour=20, minute=0), now),
        "where": WordsSpoken(tuple((code, "Petonen") for code in LANGUAGES)),
        "until": MomentSpoken(now.replace(hour=18, minute=0) + timedelta(days=2), now),
    }


def lines(language: str, announcements: Announcements, rules: Ruleset) -> Iterator[str]:
    zone = ZoneInfo(rules.time_zone)
    samples = sample_values(language, rules)
    for key in announcements.spoken_keys():
        yield f"{key}: {announcements.text(key, language, _chosen(announcements, key, samples), rules, zone)}"
    for key in announcements.text_keys():
        yield f"{key}: {announcements.sms(key, language, _chosen(announcements, key, samples), rules, zone)}"


def _chosen(announcements: Announcements, key: str, samples: Mapping[str, Value]) -> Values:
    return tuple((name, samples[name]) for name in sorted(announcements.placeholders(key)))


def main() -> None:
    parser = ArgumentParser(prog="python -m ivr.speech.reading_script")
    parser.add_argument("--language", choices=LANGUAGES, required=True)
    parser.add_argument("--rules", type=Path, default=SAMPLE_RULES)
    given = parser.parse_args()
    rules = document.parse(given.rules.read_text(encoding="utf-8"))
    announcements = load()
    for line in lines(given.language, announcements, rules):
        key, _, body = line.partition(": ")
        print(f"{line} [{segments(body)}]" if key in announcements.text_keys() else line)


if __name__ == "__main__":
    main()
