"""What a password must be: long, and not what anybody would try first."""

import pytest

from console.signing_in.password_rules import password_fault

KNOWN = ("aino", "Aino Virtanen", "Kuopion kaupunki", "Kuopio stad", "salasana", "password")


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("lumme nousee rannasta", None),
        ("Kuopio-lumme-42-ranta", None),  # a known word is no harm beside others
        ("x7#Qm2!vLp9z", None),
        ("päärynäpuun alla", None),
        ("elevenchars", "short"),
        ("a" * 11, "short"),
        ("x7#Qm2!vLp9z" * 22, "long"),
        ("aaaaaaaaaaaaaa", "simple"),
        ("abcabcabcabcabc", "simple"),
        ("123456789012", "simple"),
        ("987654321098", "simple"),
        ("qwertyuiopasdf", "simple"),
        ("salasanasalasana", "simple"),
        ("AinoVirtanen1", "known"),
        ("Kuopionkaupunki1", "known"),
        ("Password-2026", "known"),
        ("kuopio.kuopio.1", "known"),
    ],
)
def test_each_is_judged(password: str, fault: str | None) -> None:
    assert password_fault(password, KNOWN) == fault


def test_a_short_name_forbids_no_word_that_holds_it() -> None:
    """Who is called Al may still choose a sentence with "al" in it."""
    assert password_fault("talvella salmi jäätyy", ("al", "Al Mo")) is None
