"""Which numbers the city rings back. The numbers are made up, or stand in published tables of withheld look-alikes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callbacks.model import Refused
from callbacks.numbers import callable_number, keyed_to_e164

CITY = "+358173261000"
OWN = frozenset({CITY})
HOME = ("FI", "AX")


@pytest.mark.parametrize(
    ("raw", "e164"),
    [
        ("+358401234567", "+358401234567"),
        ("040 123 4567", "+358401234567"),
        ("0457 1234567", "+3584571234567"),
        ("+358 50 1234567", "+358501234567"),
        ("017 123 456", "+35817123456"),
        ("09 1234567", "+35891234567"),
        ("+358 18 12345", "+3581812345"),  # Åland
        ("00358401234567", "+358401234567"),
        ("+358(0)40 123 4567", "+358401234567"),
        ("tel:+358-40-123-4567", "+358401234567"),
        ("+358４０１２３４５６７", "+358401234567"),  # full-width
        ("＋358401234567", "+358401234567"),
        ("٠٤٠١٢٣٤٥٦٧", "+358401234567"),  # Arabic-Indic
        ("\u202a+358401234567\u202c", "+358401234567"),  # wrapped in direction marks
        ("\u200e+358 40\u200b1234567", "+358401234567"),
    ],
)
def test_numbers_that_can_be_rung(raw: str, e164: str) -> None:
    assert callable_number(raw, OWN, HOME) == e164


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("0700 12345", "premium"),
        ("0600 12345", "premium"),
        ("0606 1234567", "premium"),
        ("0707 1234567", "premium"),
        ("+358 708 1234567", "premium"),
        ("+979 123456789", "premium"),
        ("+808 12345678", "premium"),
        ("0100 100", "service"),
        ("0200 12345", "service"),
        ("0300 12345", "service"),
        ("020 202", "service"),
        ("02020 123", "service"),
        ("02098 123", "service"),
        ("029 123456", "service"),
        ("010 123456", "service"),
        ("075 3123456", "service"),
        ("0800 12345", "service"),
        ("106 1234", "service"),
        ("107 1234", "service"),
        ("118", "service"),
        ("116117", "service"),
        ("+358116117", "service"),
        ("112", "emergency"),
        ("0112", "emergency"),
        ("+358112", "emergency"),
        ("00358112", "emergency"),
        ("1 1 2", "emergency"),
        ("１１２", "emergency"),
        ("911", "emergency"),
        ("+44 7012345678", "foreign"),
        ("+1 876 5551234", "foreign"),
        ("+882 13300655", "foreign"),
        ("+53 5 1234567", "foreign"),
        ("+960 7712345", "foreign"),
        ("+1 900 5551234", "foreign"),
        ("+46 70 1234567", "foreign"),
        ("0049 30 123456", "foreign"),
        ("990 49 30 123456", "foreign"),
        (CITY, "own"),
        ("017 326 1000", "own"),
        ("+358401234567,,,600", "malformed"),
        ("+358401234567;ext=9", "malformed"),
        ("tel:+358401234567;phone-context=x", "malformed"),
        ("+358401234567 x9", "malformed"),
        ("*31#0401234567", "malformed"),
        ("0401234567w1", "malformed"),
        ("0401234567p1", "malformed"),
        ("0700-PIZZA", "malformed"),
        ("0401234567</Number>", "malformed"),
        ("+35840123456789012", "malformed"),
        ("9" * 200, "malformed"),
        ("+", "withheld"),
        (None, "withheld"),
        ("", "withheld"),
        ("   ", "withheld"),
        ("anonymous", "withheld"),
        ("Anonymous", "withheld"),
        ("unknown", "withheld"),
        ("Restricted", "withheld"),
        ("+266696687", "withheld"),
        ("266696687", "withheld"),
        ("+86282452253", "withheld"),
        ("+8656696", "withheld"),
        ("+2562533", "withheld"),
        ("+7378742833", "withheld"),
        ("+7 378 742 833", "withheld"),
        ("client:anna_1", "not_a_line"),
        ("client:358401234567", "not_a_line"),
        ("sip:+358401234567@example.fi", "not_a_line"),
        ("SIPS:maija@example.fi", "not_a_line"),
    ],
)
def test_numbers_that_are_refused_in_words(raw: str | None, reason: str) -> None:
    assert callable_number(raw, OWN, HOME) == Refused(reason)


@pytest.mark.parametrize(
    "raw",
    ["+", "+0", "0", "-1", "+358", "+3580", "KUOPIO", "4PIZZA", "nan", "None", "anonymous@anonymous.invalid", "1" * 200,
     "sip:anonymous@anonymous.invalid", "+358+401234567", "+358401234567 +358401234568", "+3584012345678901", "\x00",
     "\u0660", "+10000000000", "+17378742833", "+881612345678", "<sip:x>", "\ud800"],
)  # fmt: skip
def test_what_telephones_show_besides_numbers_is_never_rung(raw: str) -> None:
    assert isinstance(callable_number(raw, OWN, HOME), Refused)


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        ("0401234567", "+358401234567"),
        ("00358401234567", "+358401234567"),
        ("358401234567", "+358401234567"),
        ("0358401234567", Refused("malformed")),
        ("04012345678901", Refused("malformed")),
        ("0040123456", Refused("foreign")),
        ("0046701234567", Refused("foreign")),
        ("0173261000", Refused("own")),
        ("0600123456", Refused("premium")),
        ("00358600123456", Refused("premium")),
        ("010123456", Refused("service")),
        ("112", Refused("emergency")),
        ("0112", Refused("emergency")),
        ("00112", Refused("foreign")),
        ("401234567", "+358401234567"),
        ("5", Refused("malformed")),
        ("0" * 32, Refused("malformed")),
        ("9" * 500, Refused("malformed")),
    ],
)
def test_what_is_keyed_in_is_a_finnish_line_or_refused_for_a_reason(keys: str, answer: str | Refused) -> None:
    e164 = keyed_to_e164(keys, HOME)
    found = e164 if isinstance(e164, Refused) else callable_number(e164, OWN, HOME)
    assert found == answer


def test_a_country_is_opened_by_the_city_and_still_only_for_lines() -> None:
    wider = (*HOME, "SE", "GB", "US")
    assert callable_number("+46 70 1234567", OWN, wider) == "+46701234567"
    assert callable_number("+44 7012345678", OWN, wider) == Refused("not_a_line")  # a personal number
    assert callable_number("+1 900 5551234", OWN, wider) == Refused("premium")
    assert callable_number("+1 876 5551234", OWN, wider) == Refused("foreign")  # shares +1, is not the same country


def test_the_citys_list_opens_a_business_number_and_nothing_dangerous() -> None:
    listed = frozenset({"+35829123456", "+35870012345", "+358112", CITY})
    assert callable_number("029 123456", OWN, HOME, listed) == "+35829123456"
    assert callable_number("0700 12345", OWN, HOME, listed) == Refused("premium")
    assert callable_number("112", OWN, HOME, listed) == Refused("emergency")
    assert callable_number(CITY, OWN, HOME, listed) == Refused("own")


DIGITS = st.text("0123456789", min_size=0, max_size=12)
# fmt: off
DANGEROUS = st.sampled_from([
    "0100", "0101", "0106", "0107", "010", "0200", "0201", "02020", "02021", "02022", "02023", "02098", "02099", "020",
    "029", "0300", "030", "0600", "0601", "0606", "0700", "0707", "0708", "071", "073", "0753", "075", "0800",
    "116", "118", "112", "106", "107",
])
# fmt: on
SPELLINGS = st.sampled_from(["{0}", "+358{1}", "00358{1}", "+358(0){1}", "tel:+358{1}", "{0} ", "\u202a{0}\u202c"])


@given(DANGEROUS, DIGITS, SPELLINGS)
def test_no_finnish_premium_service_or_emergency_number_passes(prefix: str, rest: str, spelling: str) -> None:
    raw = spelling.format(prefix + rest, prefix.lstrip("0") + rest)
    assert isinstance(callable_number(raw, OWN, HOME), Refused), raw


@given(st.text(max_size=60) | st.text("+0123456789 -()*#,;pwx", max_size=24))
def test_whatever_comes_the_answer_is_a_finnish_line_or_a_refusal(raw: str) -> None:
    answer = callable_number(raw, OWN, HOME)
    if isinstance(answer, str):
        assert answer.startswith("+358")
        assert answer[1:].isascii()
        assert answer[1:].isdigit()
        assert 8 <= len(answer) <= 16
        assert callable_number(answer, OWN, HOME) == answer


@pytest.mark.parametrize(
    ("digits", "e164"),
    [
        ("0401234567", "+358401234567"),
        ("00358401234567", "+358401234567"),
        ("0046701234567", "+46701234567"),
        ("0171234567", "+358171234567"),
        ("112", "+358112"),  # refused as an emergency number in the next step
    ],
)
def test_keyed_numbers(digits: str, e164: str) -> None:
    assert keyed_to_e164(digits, HOME) == e164


@pytest.mark.parametrize("digits", ["", "*", "#", "040*1234567", "9" * 500, "abc", "0", "+358401234567"])
def test_keys_that_make_no_number(digits: str) -> None:
    assert keyed_to_e164(digits, HOME) == Refused("malformed")
