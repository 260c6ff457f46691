"""Identity codes and card numbers go, in whatever form they are written; telephone numbers, dates and codes stay."""

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from adapters.masking import CARD_GROUPS, CHECK, is_card, mask_codes

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


GROUPED = [(4, 4, 4, 4), (4, 6, 5), (4, 4, 4, 4, 3)]
GAPS = [" ", "-", "\u00a0", ".", "\u2013", " - "]


def grouped(sizes: tuple[int, ...], first: str, rest: str, gap: str) -> str:
    digits = with_check(first + rest[: sum(sizes) - 2])
    ends = [sum(sizes[: at + 1]) for at in range(len(sizes))]
    return gap.join(digits[end - size : end] for end, size in zip(ends, sizes, strict=True))


STARTS, RESTS = st.sampled_from("245689"), st.text("0123456789", min_size=17, max_size=17)
CARDS = st.one_of(
    st.builds(grouped, st.sampled_from(GROUPED), STARTS, RESTS, st.sampled_from(GAPS)),
    st.builds(lambda size, first, rest: with_check(first + rest[: size - 2]), st.integers(13, 19), STARTS, RESTS),
)

TELEPHONE_SHAPES = [
    "04# ### ####", "04########", "04#-#######", "04# #### ###", "050 ### ## ##", "0400 ### ###", "+358 4# ### ####",
    "+3584########", "+358-4#-#######", "003584########", "00358 4# ### ####", "3584########", "+358 (0)4# ### ####",
    "09 ### ####", "09-#######", "+358 9 ### ####", "09 #### ####", "020 ### ####", "0800 # ####", "0800 ######",
    "+3584#########", "3584#########", "04#.###.####", "04#\u00a0###\u00a0####",
]  # fmt: skip
MOMENT_SHAPES = [
    "{d}.{m}.2026", "{d}.{m}.26", "{d:02}.{m:02}.2026", "{d:02}.{m:02}.26", "2026-{m:02}-{d:02}", "{d:02}{m:02}2026",
    "{d:02}{m:02}26", "klo {h}.{n:02}", "{h:02}:{n:02}", "{d}.{m}.2026 klo {h}.{n:02}",
    "{d:02}.{m:02}.26 {h:02}.{n:02}",
    "2026-{m:02}-{d:02}T{h:02}:{n:02}", "2026 {m:02}{d:02} {h:02}{n:02}",
]  # fmt: skip


def filled(shape: str, digits: str) -> str:
    left = iter(digits)
    return "".join(next(left) if letter == "#" else letter for letter in shape)


TELEPHONES = st.builds(filled, st.sampled_from(TELEPHONE_SHAPES), st.text("0123456789", min_size=10, max_size=10))
MOMENTS = st.builds(
    lambda shape, d, m, h, n: shape.format(d=d, m=m, h=h, n=n),
    st.sampled_from(MOMENT_SHAPES),
    st.integers(1, 31),
    st.integers(1, 12),
    st.integers(0, 23),
    st.integers(0, 59),
)
BETWEEN = st.sampled_from([" ", ", ", " / ", "/", "\n", " tai ", ";", " - ", "  ", "\u00a0"])


def set_like_a_card(text: str) -> bool:
    """Neighbours that nobody could tell from a card: its groups, and its check digit."""
    return any(
        is_card("".join(found))
        for sizes in CARD_GROUPS
        for found in re.findall(r"(?<!\d)" + r"\D{1,3}".join(rf"(\d{{{size}}})" for size in sizes) + r"(?!\d)", text)
    )


@settings(max_examples=600)
@given(TELEPHONES, BETWEEN, st.one_of(TELEPHONES, MOMENTS), st.booleans())
def test_no_pair_of_telephones_and_no_telephone_with_a_moment_is_touched(
    one: str, between: str, other: str, turned: bool
) -> None:
    written = f"soita {other}{between}{one} heti" if turned else f"{one}{between}{other}"
    assume(not set_like_a_card(written))
    assert mask_codes(written) == written


@given(CARDS, st.sampled_from([" ", ", ", " ja ", "\n", "/", " - "]), st.one_of(CARDS, TELEPHONES), st.booleans())
def test_no_four_digits_of_a_card_are_left_whatever_stands_beside_it(
    card: str, between: str, other: str, turned: bool
) -> None:
    pair = (other, card) if turned else (card, other)
    masked = mask_codes(between.join(pair))
    kept = masked[-len(card) :] if turned else masked[: len(card)]
    assert not any(letter.isdigit() for letter in kept)


@pytest.mark.parametrize(
    "text",
    [
        "DE89 3704 0044 0532 0130 00", "FI21 1234 5600 0007 85", "FI2112345600000785", "viite 12345 67890 12347",
        "040 123 4567 050 765 4321", "0401234567 23.11.2026 14.30", "13.10.26 +358 9 310 1691",
        "aa131052-308a-4bcd-8abc-0123456789ab",
    ],
)  # fmt: skip
def test_accounts_and_references_stay(text: str) -> None:
    assert mask_codes(text) == text


@pytest.mark.parametrize(
    "written",
    [
        "hetu131052-308T", "131052-308 T", "131052\u00a0-308T", "131052-308T131052-308T", "13.10.52-308T",
        "13 10 52 - 308 T", "131052-308Tja muuta", "131052A308T", "131052-308T0401234567", "x131052+308t",
    ],
)  # fmt: skip
def test_an_identity_code_goes_however_it_is_set(written: str) -> None:
    masked = mask_codes(written)
    assert "308" not in masked
    assert "52" not in masked


@given(IDENTITIES, IDENTITIES)
def test_two_codes_without_a_space_both_go(one: str, other: str) -> None:
    assert mask_codes(one + other) == "*" * 22


@given(IDENTITIES, st.sampled_from(["", " ", ", ", ": ", "("]), st.booleans())
def test_an_identity_code_goes_whatever_its_century(code: str, around: str, small: bool) -> None:
    written = code.lower() if small else code
    masked = mask_codes(f"hetu{around or ' '}{written}{around} soitti")
    assert written not in masked
    assert code[7:10] not in masked


@given(CARDS)
def test_a_card_number_goes_however_it_is_grouped(card: str) -> None:
    assert mask_codes(f"kortti {card}.") == f"kortti {'*' * len(card)}."


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
