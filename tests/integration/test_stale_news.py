"""News of a ring that is over decide nothing about the ring that goes on: only its own offer moves a request."""

from datetime import timedelta

import pytest

from desks import service
from desks.talk.conversation import Conversation
from tests.support.services import Town

SECOND_LEG = "CA" + "b" * 32


def rung_again(town: Town) -> tuple[str, str, str]:
    """A request whose first ring was lost sight of and then told as busy, and that is being rung a second time."""
    town.agent("aino")
    request = town.request()
    first = town.offered("aino")
    town.accept(first)
    town.act(lambda c: c.let_go_unknown(first))
    town.act(lambda c: c.ring_over(first, "busy"))
    due = town.promise(request)["due_at"] - town.clock.now()
    town.clock.pass_(seconds=(due + timedelta(seconds=1)).total_seconds())
    service.heartbeat(town.services, "aino")
    second = town.offered("aino")
    assert "<Dial" in town.accept(second, SECOND_LEG)
    return request, first, second


@pytest.mark.parametrize("status", ["no-answer", "busy", "completed"])
def test_late_news_of_the_first_ring_leave_the_second_alone(town: Town, status: str) -> None:
    request, first, second = rung_again(town)

    def told(conversation: Conversation) -> None:
        conversation.ring_over(first, status)

    town.act(told)
    now = town.promise(request)
    assert (now["state"], now["offer_token"], now["attempts"]) == ("dialing", second, 2)
