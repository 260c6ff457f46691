"""The URL is the session: it comes back as it went out, holds no number, and an odd one does no harm."""

from dataclasses import fields
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.step_url import Step, step_of, url_of

BASE = "https://c.example"
ids = st.text("abcdefghijkmnpqrstuvwxyz23456789", max_size=20)
steps = st.builds(
    Step,
    name=st.sampled_from(["topic", "wait", "key-number"]),
    language=st.sampled_from(["", "fi", "sv", "en"]),
    topic=st.sampled_from(["", "housing", "building-permits"]),
    tries=st.integers(1, 400),
    version=st.integers(0, 9999),
    arrived=st.integers(0, 10**14),
    nonce=ids,
    choice=st.one_of(ids, st.sampled_from(["asap", "29925240"])),
    line=ids,
    request=ids,
    spared=st.integers(0, 20),
)


def parameters(url: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(url).query, keep_blank_values=True)


@given(steps)
def test_a_step_comes_back_as_it_went_out(step: Step) -> None:
    url = url_of(BASE, step)
    assert step_of(urlsplit(url).path.rpartition("/")[2], dict(parameters(url))) == step


@given(steps)
def test_parameters_stand_in_alphabetical_order_each_once(step: Step) -> None:
    names = [name for name, _ in parameters(url_of(BASE, step))]
    assert names == sorted(set(names))


def test_every_field_travels() -> None:
    step = Step("topic", "sv", "housing", 2, 3, 4, "n", "c", "l", "r", "m", 2, 5, 1, "7")
    assert len(parameters(url_of(BASE, step))) == len(fields(Step)) - 1  # the name is the path


def test_what_is_empty_is_left_out() -> None:
    assert parameters(url_of(BASE, Step("topic"))) == [("try", "1")]


SHORT = ["a", "c", "d", "l", "lang", "m", "n", "p", "r", "t", "try", "v", "From"]


@given(st.dictionaries(st.sampled_from(SHORT), st.text()))
def test_values_of_a_wrong_shape_fall_to_their_defaults(given_: dict[str, str]) -> None:
    step = step_of("topic", given_)
    assert all(0 <= number < 10**15 for number in (step.tries, step.version, step.arrived, step.spared))
    texts = (step.language, step.topic, step.nonce, step.choice, step.line, step.request)
    assert all(len(text) <= 64 for text in texts)
    assert all(text == "" or (text.isascii() and text.isprintable()) for text in texts)


@pytest.mark.parametrize("odd", ["<b>", "a b", "housing'--", "a/../b", "t\n", "\u0663", "a&b", '"', "{{7*7}}", "a\0"])
def test_what_no_url_of_ours_holds_is_left_out(odd: str) -> None:
    """Only a holder of the provider's token can sign such a URL; it would be kept with the call all the same."""
    step = step_of("topic", dict.fromkeys(("c", "l", "m", "n", "r", "t"), odd))
    assert (step.choice, step.line, step.message, step.nonce, step.request, step.topic) == ("",) * 6


def test_a_language_nobody_speaks_is_none() -> None:
    """The URL of another release, or of another city: the caller must not meet a missing word."""
    for odd in ("xx", "FI", "0", "fi-FI"):
        assert step_of("topic", {"lang": odd}).language == ""


def test_the_count_of_tries_begins_anew_with_each_step() -> None:
    step = Step("topic", tries=2)
    assert step.go("offer", "n").tries == 1
    assert step.go("topic", "n", tries=step.tries + 1).tries == 3
