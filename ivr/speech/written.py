"""Typed values as they stand in a text message: figures, and the date always. Pure."""

from datetime import datetime, timedelta, tzinfo
from typing import assert_never

from ivr.speech.spoken import key, languages, words_of_the_rules
from ivr.speech.telephone_digits import phone_groups
from ivr.speech.vocabulary import Vocabulary, Written
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
from routing_rules.model import Ruleset


def in_figures(value: Value, language: str, words: Vocabulary, rules: Ruleset, zone: tzinfo) -> str:
    match value:
        case TopicSpoken() | DepartmentSpoken() | DutySpoken() | WordsSpoken():
            return words_of_the_rules(value, language, rules)
        case KeySpoken():
            return key(value.key, words)
        case PhoneSpoken():
            return " ".join(phone_groups(value.e164))
        case DigitsSpoken():
            return value.digits
        case OrdinalSpoken():
            return str(value.number)
        case MinutesSpoken():
            return str(value.minutes)
        case WindowSpoken():
            return _window(value.start.astimezone(zone), value.end.astimezone(zone), words.written)
        case MomentSpoken():
            return _moment(value.at.astimezone(zone), words.written)
        case LanguagesSpoken():
            return languages(value.languages, words)
        case _:
            assert_never(value)


def _window(start: datetime, end: datetime, written: Written) -> str:
    if end.date() == start.date():
        return written.window.format(date=_date(start, written), start=_time(start, written), end=_time(end, written))
    if end == _midnight_after(start):
        last = written.whole_hour.format(hour=24)
        return written.window.format(date=_date(start, written), start=_time(start, written), end=last)
    return written.across_days.format(start=_moment(start, written), end=_moment(end, written))


def _midnight_after(local: datetime) -> datetime:
    return local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def _moment(local: datetime, written: Written) -> str:
    return written.moment.format(date=_date(local, written), time=_time(local, written))


def _date(local: datetime, written: Written) -> str:
    return written.date.format(
        weekday=written.weekdays[local.weekday()], day=local.day, month=written.months[local.month - 1]
    )


def _time(local: datetime, written: Written) -> str:
    if local.minute == 0:
        return written.whole_hour.format(hour=local.hour)
    return written.time.format(hour=local.hour, minute=f"{local.minute:02d}")
