"""Which ends of an order count as the provider's trouble."""

import pytest

from adapters.outbox import GIVEN_UP
from queue_workers.effects import LONG
from queue_workers.orders import Outcome
from queue_workers.talk_effects import PARTING_SECONDS, SOON
from queue_workers.trouble import PATIENT, why


@pytest.mark.parametrize(
    ("kind", "said", "settled", "expected"),
    [
        ("ring_agent", "rung", "rung", None),
        ("ring_agent", "not wanted", "not wanted", None),
        ("ring_agent", "refused", "refused", "refused"),
        ("ring_agent", "unknown: ReadTimeout", "unknown: ReadTimeout", "unknown"),
        ("send_text", "unknown", "unknown", "unknown"),
        ("leave_message", "not left", "not left", "refused"),
        ("ring_agent", 1.0, 1.0, "held"),
        ("send_text", 1.0, 17.0, "held"),
        ("send_text", GIVEN_UP, GIVEN_UP, None),
        ("end_leg", 1.0, 1.0, "again"),
        ("let_leave", SOON, 0.6, None),
        ("let_leave", SOON, GIVEN_UP, "given_up"),
        ("release_caller", PARTING_SECONDS, 6.0, None),
        ("end_leg", 1.0, GIVEN_UP, "given_up"),
        ("fetch_recording", 1.0, 4.0, None),
        ("fetch_recording", 1.0, GIVEN_UP, "given_up"),
    ],
)
def test_each_end(kind: str, said: Outcome, settled: Outcome, expected: str | None) -> None:
    assert why(kind, said, settled) == expected


def test_what_takes_long_is_patient() -> None:
    assert PATIENT == LONG
