"""How the service runs, for administrators: readiness in words, alarms, what the provider complains of, our own calls.
Nothing is changed here."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flask import render_template
from sqlalchemy import RowMapping

from ivr import own_call_store, provider_alert_store
from operations import readiness
from operations.watching import alarm_store

if TYPE_CHECKING:
    from bootstrap import Services

MOST = 20
BACK = timedelta(days=7)
SECONDS_A_DAY = 86_400


@dataclass(frozen=True)
class TestCall:
    """``seconds``: from its order to the greeting; None: it never came."""

    at: datetime
    result: str | None
    seconds: int | None


def show(services: "Services") -> str:
    now = services.clock.now()
    ready = readiness.judge(readiness.look(services))
    with services.database.read() as connection:
        alarms = alarm_store.latest(connection, MOST)
        complaints = provider_alert_store.by_code(connection, now - BACK)[:MOST]
        calls = [_test_call(row) for row in own_call_store.latest(connection, MOST)]
    return render_template(
        "console/operations.html",
        ready=ready,
        clock=None if ready.seen.clock is None else min(SECONDS_A_DAY, round(ready.seen.clock)),
        alarms=alarms,
        complaints=complaints,
        calls=calls,
        calls_on=bool(services.settings.test_call_from),
    )


def _test_call(row: RowMapping) -> TestCall:
    arrived = row["arrived_machine"]
    return TestCall(row["asked_at"], row["result"], None if arrived is None else round(arrived - row["asked_machine"]))
