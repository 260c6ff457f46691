"""How the service runs, for administrators: readiness in words, alarms, what the provider complains of, our own calls.
Nothing is changed here."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flask import render_template
from sqlalchemy import RowMapping

from console.rendering import page_language
from console.words import PageWords, page_words
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


@dataclass(frozen=True)
class Alarm:
    """``figure`` in the page's words."""

    kind: str
    figure: str
    made_at: datetime
    ended_at: datetime | None


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
        alarms=[_alarm(row, page_words(page_language())) for row in alarms],
        complaints=complaints,
        calls=calls,
        calls_on=bool(services.settings.test_call_from),
    )


def _alarm(row: RowMapping, t: PageWords) -> Alarm:
    code, *counted = str(row["figure"]).split()
    key = f"operations.result.{code}" if f"operations.result.{code}" in t.words else f"operations.figure.{code}"
    values = dict(zip(("count", "usual"), counted, strict=False))
    return Alarm(row["kind"], t(key, **values), row["made_at"], row["ended_at"])


def _test_call(row: RowMapping) -> TestCall:
    arrived = row["arrived_machine"]
    return TestCall(row["asked_at"], row["result"], None if arrived is None else round(arrived - row["asked_machine"]))
