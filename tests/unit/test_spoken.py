"""Numbers, times and lists in words: tables by language, checked by eye and kept in ``spoken_numbers.yaml``."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from ivr.speech import spoken, spoken_time
from ivr.speech.announcements import load
from ivr.speech.numerals import digits_in_words, in_words
from ivr.speech.telephone_digits import code_groups, phone_groups
from ivr.speech.vocabulary import Vocabulary
from ivr.turn import MomentSpoken, WindowSpoken

ZONE = ZoneInfo("Europe/Helsinki")
NUMBERS = yaml.safe_load((Path(__file__).parent / "spoken_numbers.yaml").read_text(encoding="utf-8"))
CATALOGUES = load().catalogues
LANGUAGES = ("fi", "sv", "en")


def words(language: str) -> Vocabulary:
    return CATALOGUES[language].vocabulary


def table(language: str, name: str) -> list[str]:
    return [entry.strip() for entry in NUMBERS[language][name].split("·")]


def local(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=ZONE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_minutes_hours_and_ordinals_as_in_the_tables(language: str) -> None:
    said, numbers = words(language), words(language).numbers
    assert [in_words(n, numbers.cardinal) for n in range(60)] == table(language, "cardinal_from_0")
    assert [in_words(n, numbers.between) for n in range(60)] == table(language, "between_from_0")
    assert [in_words(n, numbers.ordinal) for n in range(1, 51)] == table(language, "ordinal_from_1")
    assert [spoken_time.at(60 * h, said) for h in range(25)] == table(language, "whole_hours_from_0")
    windows = [spoken_time.between(60 * h, 60 * h + 60, said) for h in range(24)]
    assert windows == table(language, "windows_of_an_hour_from_0")
    assert [spoken_time.at(480 + m, said) for m in range(60)] == table(language, "minutes_after_eight")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tables_hold_as_many_words_as_they_promise(language: str) -> None:
    sizes = {name: len(set(table(language, name))) for name in NUMBERS[language]}
    assert sizes["cardinal_from_0"] == sizes["between_from_0"] == sizes["minutes_after_eight"] == 60
    assert (sizes["ordinal_from_1"], sizes["windows_of_an_hour_from_0"]) == (50, 24)


@pytest.mark.parametrize(
    ("number", "finnish", "swedish", "english"),
    [
        (100, "sata", "hundra", "one hundred"),
        (101, "satayksi", "hundraett", "one hundred and one"),
        (120, "satakaksikymmentä", "hundratjugo", "one hundred and twenty"),
        (345, "kolmesataaneljäkymmentäviisi", "trehundrafyrtiofem", "three hundred and forty-five"),
    ],
)
def test_hundreds(number: int, finnish: str, swedish: str, english: str) -> None:
    said = tuple(in_words(number, words(language).numbers.cardinal) for language in LANGUAGES)
    assert said == (finnish, swedish, english)


@pytest.mark.parametrize("number", [-1, 1000])
def test_a_number_without_words_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="no words"):
        in_words(number, words("fi").numbers.cardinal)


# now is Tuesday 24 November 2026 at 10.00
WINDOWS = [
    (
        "today, whole hours",
        ("2026-11-24T13:00", "2026-11-24T14:00"),
        "tänään kello kolmentoista ja neljäntoista välillä",
        "i dag mellan klockan tretton och fjorton",
        "today between one and two in the afternoon",
    ),
    (
        "today, quarters",
        ("2026-11-24T10:15", "2026-11-24T11:15"),
        "tänään kello kymmenen viidentoista ja yhdentoista viidentoista välillä",
        "i dag mellan klockan tio femton och elva femton",
        "today between ten fifteen and eleven fifteen in the morning",
    ),
    (
        "today, half hours",
        ("2026-11-24T11:30", "2026-11-24T12:30"),
        "tänään kello yhdentoista kolmenkymmenen ja kahdentoista kolmenkymmenen välillä",
        "i dag mellan klockan elva trettio och tolv trettio",
        "today between eleven thirty in the morning and twelve thirty in the afternoon",
    ),
    (
        "tomorrow, Wednesday",
        ("2026-11-25T10:00", "2026-11-25T12:00"),
        "huomenna kello kymmenen ja kahdentoista välillä",
        "i morgon mellan klockan tio och tolv",
        "tomorrow between ten in the morning and noon",
    ),
    (
        "the last of six days, Monday",
        ("2026-11-30T08:00", "2026-11-30T10:00"),
        "maanantaina kello kahdeksan ja kymmenen välillä",
        "på måndag mellan klockan åtta och tio",
        "on Monday between eight and ten in the morning",
    ),
    (
        "a week away, Tuesday",
        ("2026-12-01T08:00", "2026-12-01T10:00"),
        "tiistaina ensimmäisenä joulukuuta kello kahdeksan ja kymmenen välillä",
        "tisdagen den första december mellan klockan åtta och tio",
        "on Tuesday the first of December between eight and ten in the morning",
    ),
    (
        "until midnight, Monday 7 December",
        ("2026-12-07T22:00", "2026-12-08T00:00"),
        "maanantaina seitsemäntenä joulukuuta kello kahdenkymmenenkahden ja kahdenkymmenenneljän välillä",
        "måndagen den sjunde december mellan klockan tjugotvå och tjugofyra",
        "on Monday the seventh of December between ten at night and midnight",
    ),
    (
        "over midnight, Tuesday to Wednesday",
        ("2026-11-24T23:30", "2026-11-25T00:30"),
        "aikaisintaan tänään kello kaksikymmentäkolme kolmekymmentä ja viimeistään huomenna kello nolla kolmekymmentä",
        "tidigast i dag klockan tjugotre trettio och senast i morgon klockan noll trettio",
        "at the earliest today at eleven thirty at night and at the latest tomorrow at twelve thirty at night",
    ),
]


@pytest.mark.parametrize(("name", "ends", "finnish", "swedish", "english"), WINDOWS, ids=[w[0] for w in WINDOWS])
def test_windows(name: str, ends: tuple[str, str], finnish: str, swedish: str, english: str) -> None:
    value = WindowSpoken(local(ends[0]), local(ends[1]), local("2026-11-24T10:00"))
    assert tuple(spoken_time.window(value, words(x), ZONE) for x in LANGUAGES) == (finnish, swedish, english)


MOMENTS = [
    ("2026-11-24T10:12", "tänään kello kymmenen kaksitoista", "i dag klockan tio tolv", "today at ten twelve"),
    (
        "2026-11-23T08:05",
        "eilen kello kahdeksan nolla viisi",
        "i går klockan åtta noll fem",
        "yesterday at eight oh five",
    ),
    ("2026-11-20T08:30", "perjantaina kello kahdeksan kolmekymmentä", "i fredags klockan åtta trettio", "on Friday at"),
    ("2026-11-28T07:00", "lauantaina kello seitsemän", "på lördag klockan sju", "on Saturday at seven in the morning"),
    (
        "2026-11-16T09:00",
        "maanantaina kuudentenatoista marraskuuta kello yhdeksän",
        "måndagen den sextonde november klockan nio",
        "on Monday the sixteenth of November at nine in the morning",
    ),
]


@pytest.mark.parametrize(("at", "finnish", "swedish", "english"), MOMENTS)
def test_moments_on_a_tuesday(at: str, finnish: str, swedish: str, english: str) -> None:
    said = [spoken_time.moment(MomentSpoken(local(at), local("2026-11-24T14:00")), words(x), ZONE) for x in LANGUAGES]
    assert said[:2] == [finnish, swedish]
    assert said[2].startswith(english)


def test_the_day_is_the_rulesets_own_even_when_the_machine_thinks_in_utc() -> None:
    late = WindowSpoken(
        datetime.fromisoformat("2026-11-24T22:30+00:00"),
        datetime.fromisoformat("2026-11-24T23:30+00:00"),
        datetime.fromisoformat("2026-11-24T21:00+00:00"),
    )
    assert spoken_time.window(late, words("fi"), ZONE).startswith("huomenna kello nollan kolmenkymmenen")


@pytest.mark.parametrize(
    ("e164", "groups"),
    [
        ("+358401234567", ("040", "123", "4567")),
        ("+35850123456", ("050", "123", "456")),
        ("+3584571234567", ("045", "7123", "4567")),
        ("+35817123456", ("017", "123", "456")),
        ("+35891234567", ("09", "123", "4567")),
        ("+358201234", ("020", "1234")),
        ("+46701234567", ("+46", "70", "123", "45", "67")),
        ("+4681234567", ("+46", "8", "123", "45", "67")),
        ("+4791234567", ("+47", "912", "34", "567")),
        ("+3725123456", ("+372", "512", "3456")),
        ("+12025550123", ("+1", "202", "555", "0123")),
        ("+79161234567", ("+7", "916", "123", "4567")),
    ],
)
def test_numbers_are_grouped_as_finns_say_them(e164: str, groups: tuple[str, ...]) -> None:
    assert phone_groups(e164) == groups


@pytest.mark.parametrize(
    ("digits", "groups"),
    [("204519", ("204", "519")), ("1234", ("1234",)), ("12345", ("123", "45")), ("1234567", ("123", "4567")), ("", ())],
)
def test_codes_are_grouped_and_no_digit_stands_alone(digits: str, groups: tuple[str, ...]) -> None:
    assert code_groups(digits) == groups


def test_digits_one_by_one() -> None:
    said = [digits_in_words(phone_groups("+358401234567"), words(x).numbers.cardinal, words(x).plus) for x in LANGUAGES]
    assert said == [
        "nolla neljä nolla, yksi kaksi kolme, neljä viisi kuusi seitsemän",
        "noll fyra noll, ett två tre, fyra fem sex sju",
        "zero four zero, one two three, four five six seven",
    ]


@pytest.mark.parametrize(
    ("number", "finnish", "swedish", "english"),
    [
        (1, "ensimmäisenä", "nummer ett", "number one"),
        (4, "neljäntenä", "nummer fyra", "number four"),
        (99, "yhdeksäntenäkymmenentenäyhdeksäntenä", "nummer nittionio", "number ninety-nine"),
        (100, "numerona sata", "nummer hundra", "number one hundred"),
        (4000, "numerona yhdeksänsataayhdeksänkymmentäyhdeksän", "nummer niohundranittionio", "number nine hundred"),
    ],
)
def test_places(number: int, finnish: str, swedish: str, english: str) -> None:
    said = [spoken.place(number, words(x)) for x in LANGUAGES]
    assert said[:2] == [finnish, swedish]
    assert said[2].startswith(english)


@pytest.mark.parametrize(
    ("minutes", "finnish", "swedish", "english"),
    [
        (0, "alle minuutti", "under en minut", "less than a minute"),
        (1, "noin yksi minuutti", "ungefär en minut", "about one minute"),
        (10, "noin kymmenen minuuttia", "ungefär tio minuter", "about ten minutes"),
        (21, "noin kaksikymmentäyksi minuuttia", "ungefär tjugoen minuter", "about twenty-one minutes"),
        (60, "noin yksi tunti", "ungefär en timme", "about one hour"),
        (75, "noin yksi tunti ja viisitoista minuuttia", "ungefär en timme och femton minuter", "about one hour and"),
        (
            121,
            "noin kaksi tuntia ja yksi minuutti",
            "ungefär två timmar och en minut",
            "about two hours and one minute",
        ),
    ],
)
def test_waits(minutes: int, finnish: str, swedish: str, english: str) -> None:
    said = [spoken.duration(minutes, words(x)) for x in LANGUAGES]
    assert said[:2] == [finnish, swedish]
    assert said[2].startswith(english)


@pytest.mark.parametrize(
    ("language", "codes", "said"),
    [
        ("fi", ("sv",), "ruotsiksi"),
        ("fi", ("sv", "en"), "ruotsiksi tai englanniksi"),
        ("sv", ("fi", "en"), "på finska eller på engelska"),
        ("en", ("fi", "sv", "en"), "in Finnish, in Swedish or in English"),
    ],
)
def test_languages(language: str, codes: tuple[str, ...], said: str) -> None:
    assert spoken.languages(codes, words(language)) == said


@pytest.mark.parametrize(
    ("pressed", "said"),
    [("0", "nolla, noll, zero"), ("3", "kolme, tre, three"), ("*", "tähteä, på stjärnan, star")],
)
def test_keys(pressed: str, said: str) -> None:
    assert ", ".join(spoken.key(pressed, words(x)) for x in LANGUAGES) == said
