"""What the provider's form says the caller did. Nothing else of the form is read, and nothing odd is believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.caller_input import CallerInput, DialEnded, LeftQueue, Pressed, Silent, read


@pytest.mark.parametrize(
    ("form", "meant"),
    [
        ({}, Silent()),
        ({"Digits": ""}, Silent()),
        ({"Digits": "1"}, Pressed("1")),
        ({"Digits": "*"}, Pressed("*")),
        ({"Digits": "#"}, Pressed("#")),
        ({"Digits": "0401234567"}, Pressed("0401234567")),
        ({"Digits": "1" * 32}, Pressed("1" * 32)),
        ({"Digits": "1" * 500}, Pressed("1" * 32)),
        ({"Digits": "1a"}, Silent()),
        ({"Digits": "１"}, Silent()),
        ({"Digits": "٣"}, Silent()),
        ({"Digits": " 1"}, Silent()),
        ({"Digits": "w1"}, Silent()),
        ({"QueueResult": "leave"}, LeftQueue("leave")),
        ({"QueueResult": "hangup", "Digits": "1"}, LeftQueue("hangup")),
        ({"DialCallStatus": "busy"}, DialEnded("busy")),
        ({"DialCallStatus": "completed", "Digits": "1"}, DialEnded("completed")),
        ({"From": "+358401234567", "CallSid": "CA1"}, Silent()),
    ],
)
def test_what_is_meant(form: dict[str, str], meant: CallerInput) -> None:
    assert read(form) == meant


@given(st.dictionaries(st.sampled_from(["Digits", "QueueResult", "DialCallStatus", "SpeechResult"]), st.text()))
def test_anything_is_one_of_the_four_and_short(form: dict[str, str]) -> None:
    match read(form):
        case Pressed(keys):
            assert 0 < len(keys) <= 32
            assert set(keys) <= set("0123456789*#")
        case LeftQueue(word) | DialEnded(word):
            assert len(word) <= 32
        case Silent():
            pass
