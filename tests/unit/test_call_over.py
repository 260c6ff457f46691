"""Whether a call is over, by what the provider answers. Where it does not answer, nothing has ended."""

import pytest

from adapters.call_status import ENDED
from adapters.voice_gateway import NotDone, ProviderCall, Unknown, is_over


def known(status: str) -> ProviderCall:
    return ProviderCall("CA1", status, "+358175550100", None, None)


@pytest.mark.parametrize("status", sorted(ENDED))
def test_a_call_with_a_last_status_is_over(status: str) -> None:
    assert is_over(known(status))


@pytest.mark.parametrize("status", ["queued", "initiated", "ringing", "in-progress", ""])
def test_a_call_with_another_status_goes_on(status: str) -> None:
    assert not is_over(known(status))


@pytest.mark.parametrize(
    ("answer", "over"),
    [
        (NotDone(404, 20404, again=False), True),
        (NotDone(429, 20429, again=True), False),
        (NotDone(401, 20003, again=False), False),
        (Unknown("timeout"), False),
    ],
)
def test_only_a_call_that_the_provider_does_not_know_is_over_without_a_status(
    answer: NotDone | Unknown, over: bool
) -> None:
    assert is_over(answer) is over
