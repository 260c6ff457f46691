"""Characters that nobody sees go, and nothing else does."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from routing_rules.marks import without_marks
from tests.hostile.corpus import UNSEEN

ANYTHING = st.text() | st.text(st.sampled_from(UNSEEN + "aÅж٣中"))


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("", ""),
        ("Aino Asukas", "Aino Asukas"),
        ("ai\u200bno", "aino"),
        ("\u202eonia", "onia"),
        ("rivi\nrivi\t", "rivi\nrivi\t"),  # what is laid out is laid out
        ("Meän-Säämi šžŋđ Ångström", "Meän-Säämi šžŋđ Ångström"),
        ("A\u030angstro\u0308m", "A\u030angstro\u0308m"),  # accents of their own
        ("עִבְרִית العَرَبِيَّة ٠٧٠٠", "עִבְרִית العَرَبِيَّة ٠٧٠٠"),  # scripts that run the other way need no mark for it
        ("می\u200cخواهم", "میخواهم"),  # every letter stays, the gap between two does not
        ("ශ්\u200dරී", "ශ්රී"),
        ("中文 русский ქართული", "中文 русский ქართული"),
        ("☎️ 👍🏽", "☎️ 👍🏽"),  # the sign of colour, and the one that asks for a picture
        ("👩\u200d👧", "👩👧"),
        ("\ufeff=1+1", "=1+1"),
        ("13\u206010\u20605\u2060-308T", "13105-308T"),
        (UNSEEN, ""),
    ],
)
def test_what_stays_of_a_text(written: str, kept: str) -> None:
    assert without_marks(written) == kept


@given(ANYTHING)
@example(UNSEEN)
def test_once_is_enough_and_every_letter_digit_and_space_stays(written: str) -> None:
    kept = without_marks(written)
    assert without_marks(kept) == kept
    assert not set(kept) & set(UNSEEN)
    assert visible(kept) == visible(written)


def visible(text: str) -> str:
    """Letters, digits, accents that are drawn, punctuation, signs, spaces, and the codes of lines."""
    return "".join(c for c in text if unicodedata.category(c) not in ("Cf", "Cn") and c != "\u034f")
