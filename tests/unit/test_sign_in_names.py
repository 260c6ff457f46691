"""Which sign-in names there can be: none that only another alphabet tells from a colleague's."""

import unicodedata

import pytest

from console.accounts.account_model import SIGN_IN


@pytest.mark.parametrize(
    "name",
    ["aino", "åke.ärjä", "aino.asukas@kuopio.example", "a1", "1a", "šžđŋčŧ", "łucja-õie", "straße", "x_y+z", "a" * 80],
)
def test_a_name_as_people_have_it(name: str) -> None:
    assert SIGN_IN.fullmatch(name)


@pytest.mark.parametrize(
    "name", ["a", "_aino", "aino asukas", "аino", "aıno", "ａino", "ainо", "a" * 81, "aino\n", "²a"]
)  # noqa: RUF001
def test_a_name_that_another_could_be_taken_for(name: str) -> None:
    assert SIGN_IN.fullmatch(name) is None


def test_each_letter_is_latin_and_has_one_way_to_be_written() -> None:
    allowed = [chr(code) for code in range(0x110000) if SIGN_IN.fullmatch(f"{chr(code)}a")]
    assert len(allowed) > 100
    for c in allowed:
        assert c in "0123456789" or unicodedata.name(c).startswith("LATIN"), c
        assert unicodedata.normalize("NFKC", c) == c, c
