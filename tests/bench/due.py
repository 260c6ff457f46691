"""From the moment a matter is due to the agent's telephone: never early, and within half a second nearly always.

Real processes: scheduler, worker, web and the emulator, which writes down when the order to dial reached it. Each
matter is written into the record shortly before it is due; nothing hints at it, the scheduler finds it.
"""

import shutil
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, update

from adapters.schema import callback_request, phone_number
from tests.rig.agent import Agent
from tests.rig.city import City
from tests.rig.lab import CallView
from tests.rig.waiting import until

MATTERS, BAR_SECONDS = 30, 0.5
AHEAD = timedelta(seconds=1.5)
TEN_ON_TUESDAY = "2026-11-24T10:00:00+02:00"
PATIENCE = 30.0
REST_SECONDS = 6.0  # her telephone's moment to end the last call


def measure(matters: int = MATTERS) -> bool:
    root = Path(tempfile.mkdtemp(prefix="onenumber-due-"))
    city = City(root, f"sqlite:///{root / 'service.db'}")
    try:
        city.start()
        city.reset()
        city.clock(TEN_ON_TUESDAY, rate=1.0)
        agent = city.agent("aino").available()
        late = sorted(_one(city, agent, n) for n in range(matters))
    finally:
        city.stop()
        shutil.rmtree(root, ignore_errors=True)
    return _told(late)


def _one(city: City, agent: Agent, n: int) -> float:
    """Seconds from due to the order at the emulator."""
    request, due = f"due{n}", city.business_moment().astimezone(UTC) + AHEAD
    known = {one.call_sid for one in city.lab.phone(agent.number).calls}
    with city.engine.begin() as connection:
        number = {"id": f"number{n}", "e164": f"+35840{2_000_000 + n}", "created_at": due}
        connection.execute(insert(phone_number).values(**number))
        connection.execute(insert(callback_request).values(**_request(request, number["id"], due)))
    leg = until(lambda: _rung(city, agent, known), PATIENCE, lambda: f"nobody was rung\n{city.state()}")
    with city.engine.begin() as connection:  # given back, it is for nobody's telephone any more
        mine = update(callback_request).where(callback_request.c.id == request)
        connection.execute(mine.values(contact="text"))
    agent.declines("conflict")
    time.sleep(REST_SECONDS)
    return (datetime.fromisoformat(leg.events[0].at) - due) / timedelta(seconds=1)


def _rung(city: City, agent: Agent, known: set[str]) -> CallView | None:
    fresh = next((one.call_sid for one in city.lab.phone(agent.number).calls if one.call_sid not in known), None)
    seen = city.lab.call(fresh) if fresh is not None else None
    return seen if seen is not None and seen.events else None


def _request(request: str, number: object, due: datetime) -> dict[str, object]:
    return {
        "id": request, "code": "000000", "number_id": number, "person": 1, "topic": "housing", "language": "fi",
        "department": "housing", "desk": "housing", "ruleset_version": 1, "urgent": False, "state": "requested",
        "kind": "slot", "line_time_at": due, "due_at": due, "window_start_at": due,
        "window_end_at": due + timedelta(hours=1), "promise_words": "-", "told": True, "keyed_in": False,
        "created_at": due - timedelta(hours=1), "contact": "ring",
    }  # fmt: skip


def _told(late: list[float]) -> bool:
    slowest = late[max(0, round(len(late) * 0.95) - 1)]
    holds = late[0] >= 0 and slowest <= BAR_SECONDS
    print(f"\ndue -> the order to ring the agent at the emulator, {len(late)} matters, seconds")
    print(f"  earliest {late[0]:.3f}   median {late[len(late) // 2]:.3f}   p95 {slowest:.3f}   latest {late[-1]:.3f}")
    print(f"  bar: never early, p95 {BAR_SECONDS}   {'holds' if holds else 'DOES NOT HOLD'}")
    return holds
