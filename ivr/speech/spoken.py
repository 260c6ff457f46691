"""Typed values in spoken words. Pure: the ruleset and the vocabulary lend the words, this file picks by rule."""

from datetime import tzinfo
from typing import assert_never

from ivr.speech import spoken_time
from ivr.speech.numerals import digits_in_words, in_words
from ivr.speech.telephone_digits import code_groups, phone_groups
from ivr.speech.vocabulary import Vocabulary
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

LONGEST_WAIT_MINUTES = 24 * 60


def in_spoken_words(value: Value, language: str, words: Vocabulary, rules: Ruleset, zone: tzinfo) -> str:
    match value:
        case TopicSpoken() | DepartmentSpoken() | DutySpoken() | WordsSpoken():
            return words_of_the_rules(value, language, rules)
        case KeySpoken():
            return key(value.key, words)
        case PhoneSpoken():
            return digits_in_words(phone_groups(value.e164), words.numbers.cardinal, words.plus)
        case DigitsSpoken():
            return digits_in_words(code_groups(value.digits), words.numbers.cardinal, words.plus)
        case OrdinalSpoken():
            return place(value.number, words)
        case MinutesSpoken():
            return duration(value.minutes, words)
        case WindowSpoken():
            return spoken_time.window(value, words, zone)
        case MomentSpoken():
            return spoken_time.moment(value, words, zone)
        case LanguagesSpoken():
            return languages(value.languages, words)
        case _:
            assert_never(value)


def words_of_the_rules(
    value: TopicSpoken | DepartmentSpoken | DutySpoken | WordsSpoken, language: str, rules: Ruleset
) -> str:
    """A desk, duty or topic that a newer ruleset no longer knows gets the next best name: nobody hears a gap."""
    match value:
        case DepartmentSpoken():
            return rules.desk(value.department).spoken[language]
        case DutySpoken():
            named = (duty for duty in rules.duties if duty.id in (value.duty, rules.duty))
            found = sorted(named, key=lambda duty: duty.id != value.duty)
            return (found[0] if found else rules.department(rules.extended_desk)).spoken[language]
        case WordsSpoken():
            return dict(value.words)[language]
        case TopicSpoken():
            topic = next((t for t in rules.topics if t.id == value.topic), None) or rules.topic(rules.general_topic)
            return (topic.about if value.form == "about" else topic.spoken)[language]
        case _:
            assert_never(value)


def key(pressed: str, words: Vocabulary) -> str:
    if pressed == "*":
        return words.keys.star
    if pressed == "#":
        return words.keys.hash
    return words.numbers.cardinal.below_twenty[int(pressed)]


def place(number: int, words: Vocabulary) -> str:
    cardinal = in_words(min(number, 999), words.numbers.cardinal)
    if number > 99:
        return words.place.beyond.format(number=cardinal)
    return words.place.words.format(number=cardinal, ordinal=in_words(number, words.numbers.ordinal))


def duration(minutes: int, words: Vocabulary) -> str:
    """ "about ten minutes"; from one hour on, hours and minutes."""
    forms = words.duration
    if minutes < 1:
        return forms.under_a_minute
    hours, rest = divmod(min(minutes, LONGEST_WAIT_MINUTES), 60)
    told = [
        one if count == 1 else many.format(number=in_words(count, words.numbers.counted))
        for count, one, many in ((hours, forms.hour, forms.hours), (rest, forms.minute, forms.minutes))
        if count
    ]
    joined = forms.both.format(hours=told[0], minutes=told[1]) if len(told) == 2 else told[0]
    return forms.about.format(duration=joined)


def languages(codes: tuple[str, ...], words: Vocabulary) -> str:
    """ "in Swedish or in English", in the order given."""
    names = [words.languages[code] for code in codes]
    if len(names) < 2:
        return "".join(names)
    first = words.alternatives.separator.join(names[:-1])
    return words.alternatives.last.format(first=first, last=names[-1])
