"""Identity codes and card numbers go, in whatever form they are written; telephone numbers, dates and codes stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.masking import CHECK, is_card, mask_codes

IDENTITY = "131052-308T"
CARD = "4242424242424242"
CENTURIES = "+-ABCDEFYXWVU"


def identity(day: int, month: int, year: int, sign: str, individual: int) -> str:
    digits = f"{day:02}{month:02}{year:02}", f"{individual:03}"
    return f"{digits[0]}{sign}{digits[1]}{CHECK[int(''.join(digits)) % 31]}"


IDENTITIES = st.builds(
    identity,
    st.integers(1, 31),
    st.integers(1, 12),
    st.integers(0, 99),
    st.sampled_from(CENTURIES),
    st.integers(2, 999),
)


def with_check(digits: str) -> str:
    return next(digits + last for last in "0123456789" if is_card(digits + last))


CARDS = st.builds(
    lambda first, rest: with_check(first + rest),
    st.sampled_from("23456"),
    st.text("0123456789", min_size=12, max_size=17),
)


@given(IDENTITIES, st.sampled_from(["", " ", ", ", ": ", "("]), st.booleans())
def test_an_identity_code_goes_whatever_its_century(code: str, around: str, small: bool) -> None:
    written = code.lower() if small else code
    masked = mask_codes(f"hetu{around or ' '}{written}{around} soitti")
    assert written not in masked
    assert code[7:10] not in masked


@given(CARDS, st.sampled_from(["", " ", "-"]))
def test_a_card_number_goes_however_it_is_grouped(card: str, gap: str) -> None:
    written = gap.join(card[at : at + 4] for at in range(0, len(card), 4))
    masked = mask_codes(f"kortti {written}.")
    assert not any(is_card("".join(c for c in word if c.isdigit())) for word in [masked])
    assert written not in masked


@pytest.mark.parametrize("written", ["131052 -308T", "131052- 308T", "131052\u2013308T", "131052\u2212308t", IDENTITY])
def test_an_identity_code_goes_with_the_dashes_people_write(written: str) -> None:
    assert "308" not in mask_codes(f"x {written} y")


@pytest.mark.parametrize(
    "text",
    [
        "040 123 4567", "+358 40 123 4567", "13.10.2026 klo 14.30", "131052-308A", "koodi 123456",
        "FI21 1234 5600 0007", "RE" + CARD * 2, CARD * 2, CARD * 4,
        "2026-11-23T05:55:00", "CA" + "1" * 32, "991352-308T", "asia 4242 4242",
    ],
)  # fmt: skip
def test_what_is_no_such_code_stays(text: str) -> None:
    """A wrong check character, no date, a telephone, the service's own ids."""
    assert mask_codes(text) == text


@given(st.text())
def test_masking_twice_changes_nothing_more(text: str) -> None:
    assert mask_codes(mask_codes(text)) == mask_codes(text)
