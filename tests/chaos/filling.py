"""A record that is full already: requests of other days, written as they are, for faults that need a past."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert

from adapters.ids import new_id
from adapters.schema import callback_request, phone_number
from tests.chaos.fault import Scene

NEVER_SPOKEN = "-"
PAGE = 2000  # rows a transaction: the city goes on writing beside it


@dataclass(frozen=True)
class Past:
    """``days``: from today until they are due; of closed ones, since they were made."""

    state: str
    days: int
    one_number: bool = False
    first: int = 0  # of their numbers


def filled(scene: Scene, count: int, past: Past) -> None:
    now = scene.city.business_moment()
    numbers = [_number(n, past, now) for n in range(1 if past.one_number else count)]
    rows = [_request(n, str(numbers[0 if past.one_number else n]["id"]), past, now) for n in range(count)]
    for table, every in ((phone_number, numbers), (callback_request, rows)):
        for page in _pages(every):
            with scene.city.engine.begin() as connection:
                connection.execute(insert(table), page)
    scene.counts[f"requests {past.state}{' of one number' if past.one_number else ''}"] += count


def emptied(scene: Scene) -> None:
    """Written without calls and without the ledger of promises, they take no part in the judgement of the run."""
    with scene.city.engine.begin() as connection:
        connection.execute(delete(callback_request).where(callback_request.c.promise_words == NEVER_SPOKEN))


def _pages(rows: Sequence[dict[str, object]]) -> list[list[dict[str, object]]]:
    return [list(rows[at : at + PAGE]) for at in range(0, len(rows), PAGE)]


def _number(n: int, past: Past, now: datetime) -> dict[str, object]:
    series = 8_000_000 if past.one_number else 9_000_000 if past.state == "done" else 1_000_000
    return {
        "id": new_id(),
        "e164": f"+35841{series + past.first + n:07}",
        "created_at": now - timedelta(days=abs(past.days)),
    }


def _request(n: int, number_id: str, past: Past, now: datetime) -> dict[str, object]:
    closed = past.state == "done"
    due = now - timedelta(days=past.days) if closed else now + timedelta(days=past.days)
    return {
        "id": new_id(),
        "code": f"{n % 10**6:06}",
        "number_id": number_id,
        "topic": "housing",
        "language": "fi",
        "department": "housing",
        "desk": "housing",
        "ruleset_version": 1,
        "urgent": False,
        "state": past.state,
        "kind": "slot",
        "line_time_at": due,
        "due_at": due,
        "window_start_at": due,
        "window_end_at": due + timedelta(hours=2),
        "promise_words": NEVER_SPOKEN,
        "told": True,
        "attempts": 0,
        "fence": 0,
        "keyed_in": False,
        "created_at": due if closed else now,
        "closed_at": due + timedelta(hours=2) if closed else None,
    }
