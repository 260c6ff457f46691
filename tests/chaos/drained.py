"""When the city has come to rest after a fault: nobody telephones, every matter is closed or waits for its hour."""

import time
from collections.abc import Sequence

import requests
from sqlalchemy import and_, or_, select
from sqlalchemy.exc import SQLAlchemyError

from adapters.schema import callback_request, offer, outbox, waiting_caller
from tests.chaos.city import ChaosCity

LOOK_SECONDS = 0.5
BACKLOG_SECONDS = 60.0  # and the work itself, which takes its time
WORK_SECONDS = 5.0  # one callback: offered, rung, talked, noted; by one agent
MOST_STRETCH = 4.0
AT_WORK = ("offered", "dialing", "connected")
IN_LINE = ("waiting", "offered", "bridging", "talking", "wishes", "closing")
OPEN_OFFERS = ("offered", "accepted", "dialing", "connected", "wrapup")


def backlog(city: ChaosCity) -> list[str]:
    """What there still is to do; empty: at rest. A matter that waits for its hour (a second try) is no backlog."""
    request = callback_request.c
    due = and_(request.state == "requested", request.due_at <= city.business_moment())
    looks = {
        "request": select(request.id).where(or_(request.state.in_(AT_WORK), due)),
        "caller": select(waiting_caller.c.id).where(waiting_caller.c.state.in_(IN_LINE)),
        "offer": select(offer.c.token).where(offer.c.state.in_(OPEN_OFFERS)),
        "order": select(outbox.c.kind).where(outbox.c.done_machine.is_(None), outbox.c.due_machine <= time.time()),
    }
    with city.engine.connect() as connection:
        found = [f"{what} {key}" for what, look in looks.items() for key in connection.execute(look).scalars()]
    calls = city.lab.get("/lab/calls", active="1")["calls"]
    return [*found, *(f"call {call['call_sid']}" for call in calls)]


def comes_to_rest(city: ChaosCity, agents: int, stretch: float = 1.0) -> tuple[float | None, Sequence[str]]:
    """Seconds until nothing was left to do; None and what was left, where that took longer than it may.

    ``stretch``: of the machine, as ``machine`` measures it; a run must end for all that."""
    begun = time.monotonic()
    allowed: float | None = None
    left: Sequence[str] = ()
    while allowed is None or time.monotonic() - begun < allowed:
        try:
            left = backlog(city)
        except (SQLAlchemyError, requests.RequestException) as error:
            left = (f"nobody answers: {type(error).__name__}",)
        if allowed is None:
            allowed = (BACKLOG_SECONDS + WORK_SECONDS * len(left) / agents) * min(max(stretch, 1.0), MOST_STRETCH)
        if not left:
            return time.monotonic() - begun, ()
        time.sleep(LOOK_SECONDS)
    return None, left
