"""Each alert fires of what it is for, and not of what looks like it: told and judged as Prometheus does."""

import math
from functools import cache
from typing import Any

import promql_parser
import pytest
import yaml

from tests.architecture.source import ROOT
from tests.support.promql import SCRAPE, Story, fires, value

MINUTE = 60 // SCRAPE  # scrapes
LONG = 80 * MINUTE
Values = list[float | None]
Told = dict[str, float | Values]


@cache
def rules() -> dict[str, dict[str, Any]]:
    document = yaml.safe_load((ROOT / "deploy" / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))
    return {rule["alert"]: rule for group in document["groups"] for rule in group["rules"]}


def story(told: Told) -> Story:
    """``name{label="value"}``: its value all the time, or at each scrape to the end."""
    found = Story()
    for series, values in told.items():
        selector = promql_parser.parse(series)
        assert isinstance(selector, promql_parser.VectorSelector)
        labels = {one.name: one.value for one in selector.matchers.matchers}
        every = values if isinstance(values, list) else [values] * (LONG + 1)
        found.tells(selector.name or "", [*[None] * (LONG + 1 - len(every)), *every], **labels)
    return found


def at_end(told: Told, alert: str) -> bool:
    return fires(rules()[alert], story(told), LONG * SCRAPE)


def lately(minutes: float, now: float, before: float = 0.0) -> Values:
    """Since so many minutes another value."""
    since = int(minutes * MINUTE)
    return [*[before] * (LONG + 1 - since), *[now] * since]


def counted(many: float, minutes: float, start: float = 0.0) -> Values:
    """A counter that has grown by so many, evenly, within the last minutes."""
    since = int(minutes * MINUTE)
    return [*[start] * (LONG + 1 - since), *(start + math.floor(many * (n + 1) / since) for n in range(since))]


def at_once(many: float, minutes: float) -> Values:
    """A counter that appeared with its first burst so long ago: it has never been nothing."""
    since = int(minutes * MINUTE)
    return [*[None] * (LONG + 1 - since), *[many] * since]


def webhooks(many: float, slow: float, minutes: float = 10, step: str = "incoming") -> Told:
    family = "one_number_webhook_seconds"
    return {
        f'{family}_bucket{{step="{step}",le="1.0"}}': counted(many - slow, minutes),
        f'{family}_bucket{{step="{step}",le="5.0"}}': counted(many, minutes),
        f'{family}_bucket{{step="{step}",le="+Inf"}}': counted(many, minutes),
        f'{family}_count{{step="{step}"}}': counted(many, minutes),
    }


def answers(failed: Values, well: float = 1000) -> Told:
    name = "one_number_answers_total"
    return {f'{name}{{part="voice",status="500"}}': failed, f'{name}{{part="voice",status="200"}}': counted(well, 5)}


def errors(why: str, values: Values, order: str = "ring_agent", start: float = 0.0) -> Told:
    """Another instance tells the same record's figures, a moment later."""
    name = "one_number_provider_errors_total"
    always = {
        f'{name}{{order="ring_agent",why="{one}",instance="a"}}': start for one in ("refused", "held", "given_up")
    }
    return {
        **always,
        f'{name}{{order="{order}",why="{why}",instance="a"}}': values,
        f'{name}{{order="ring_agent",why="refused",instance="b"}}': start,
    }


def complaints(values: Values, level: str = "error") -> Told:
    name = "one_number_provider_alerts_total"
    return {f'{name}{{level="error",code="11200"}}': 0.0, f'{name}{{level="{level}",code="12100"}}': values}


def apologies(why: str, values: Values) -> Told:
    name = "one_number_apologies_total"
    return {f'{name}{{why="fault"}}': 0.0, f'{name}{{why="record"}}': 0.0, f'{name}{{why="{why}"}}': values}


def judged(kept: float, broken: float) -> Told:
    name = "one_number_promises_judged_today"
    return {f'{name}{{verdict="{word}"}}': n for word, n in (("kept", kept), ("late", 0.0), ("broken", broken))}


def refused(many: float) -> Told:
    return {'one_number_answers_total{part="voice",status="403"}': counted(many, 40)}


def alarm(kind: str, on: float) -> Told:
    return {f'one_number_alarm{{alarm="{kind}"}}': on}


OLDEST, TO_DEAL = "one_number_orders_oldest_seconds", "one_number_oldest_to_deal_seconds"
STOPPED = "one_number_stopped"
CLOCK, NEVER = "one_number_clock_beat_age_seconds", 'one_number_wrong{reason="clock_never"}'
SPEND, LIMIT = "one_number_spend_today_cents", 'one_number_limit{limit="spend"}'
FREE = "one_number_disk_free_bytes"
WORKERS, REDIS = "one_number_workers", "one_number_redis_up"

FIRES: tuple[tuple[str, str, Told], ...] = (
    ("NobodyReady", "none of two is ready", {'one_number_ready{instance="a"}': 0, 'one_number_ready{instance="b"}': 0}),
    ("NobodyReady", "nothing is told any more", {"one_number_ready": [1, *[None] * 30]}),
    ("CallsNotAnswered", "the alarm runs", alarm("none_answered", 1)),
    ("NothingComesIn", "the alarm runs", alarm("nothing_in", 1)),
    ("TestCallFails", "the alarm runs", alarm("test_call", 1)),
    ("WebhooksSlow", "one in ten", webhooks(1000, 100)),
    ("WebhooksSlow", "all of few", webhooks(20, 20)),
    ("WebhooksSlow", "a crowd at the door", {**webhooks(1000, 100), **webhooks(90_000, 0, step="from_memory")}),
    ("WebhooksFail", "all of few", answers(counted(16, 8), 0)),
    ("WebhooksFail", "one in a hundred of many", answers(counted(200, 5), 20_000)),
    ("StepsFail", "callers apologised to", apologies("fault", counted(6, 8))),
    ("StepsFail", "the record's too", apologies("record", counted(6, 8))),
    ("StepFailed", "a single one", apologies("fault", counted(1, 20))),
    ("StrangersAtTheWebhooks", "one in three seconds", refused(800)),
    ("PromisesOverdue", "one for a while", {'one_number_promises{state="overdue"}': lately(12, 1)}),
    ("PromisesBroken", "one in ten", judged(90, 10)),
    ("CallbackWaitsLong", "twenty minutes", {TO_DEAL: lately(6, 1200), f'{STOPPED}{{limit="rings"}}': 0}),
    ("CallbackWaitsLong", "no new ones are taken", {TO_DEAL: 1200, f'{STOPPED}{{limit="requests"}}': 1}),
    ("NeedsAPerson", "one", {'one_number_items_open{kind="needs_human"}': lately(32, 1)}),
    ("RingingStopped", "a limit", {f'{STOPPED}{{limit="rings"}}': 1}),
    ("SpendHigh", "nine tenths", {SPEND: 900, LIMIT: 1000}),
    ("RecordSilent", "every instance says so", {"one_number_record_up": lately(1, 0, 1)}),
    ("ClockStopped", "since two minutes", {CLOCK: lately(1, 120), NEVER: 0}),
    ("ClockStopped", "never", {NEVER: 1}),
    ("OrdersWait", "a minute", {f'{OLDEST}{{work="quick"}}': lately(2, 60)}),
    ("TextsWait", "for most of an hour", {f'{OLDEST}{{work="texts"}}': lately(6, 2400)}),
    ("OrdersFail", "one, as long as it is tried", {"one_number_orders_failing": lately(6, 1)}),
    ("OrdersFail", "one was given up", {"one_number_orders_failing": 0, **errors("given_up", lately(10, 1))}),
    ("ProviderErrors", "refused", errors("refused", counted(30, 12))),
    ("ProviderErrors", "the first ones ever", errors("unknown", at_once(30, 7), "end_leg")),
    ("ProviderErrors", "of a record with a history", errors("again", counted(30, 12, 500), "end_leg", 500)),
    ("ProviderHolds", "every ring", errors("held", counted(40, 16))),
    ("ProviderComplains", "a burst of a code that is new", complaints(at_once(5, 3))),
    ("RedisDown", "", {REDIS: lately(6, 0, 1)}),
    ("NoWorkers", "", {WORKERS: lately(3, 0, 2), REDIS: 1}),
    ("DiskFilling", "one of two", {f'{FREE}{{instance="a"}}': 9e8, f'{FREE}{{instance="b"}}': 9e10}),
    ("RecordingsUnfinished", "", {"one_number_recordings_oldest_seconds": lately(12, 4000)}),
    ("FallbackMissing", "", {'one_number_wrong{reason="fallback"}': lately(6, 1)}),
    ("TestCallsStopped", "", {"one_number_test_call_age_seconds": lately(6, 8000)}),
)  # fmt: skip

QUIET: tuple[tuple[str, str, Told], ...] = (
    ("NobodyReady", "one of two", {'one_number_ready{instance="a"}': 0, 'one_number_ready{instance="b"}': 1}),
    ("CallsNotAnswered", "another alarm", {**alarm("none_answered", 0), **alarm("nothing_in", 1)}),
    ("WebhooksSlow", "a slow one every other minute of a night", webhooks(7, 5)),
    ("WebhooksSlow", "one in a thousand", webhooks(100_000, 100)),
    ("WebhooksFail", "two of three at night", answers(counted(2, 5), 1)),
    ("WebhooksFail", "six of very many", answers(counted(6, 5), 100_000)),
    ("StepsFail", "one", apologies("fault", counted(1, 8))),
    ("StepFailed", "the record was silent", apologies("record", counted(50, 8))),
    ("StrangersAtTheWebhooks", "some", refused(60)),
    ("PromisesBroken", "one of ten", judged(9, 1)),
    ("PromisesBroken", "none yet today", judged(0, 0)),
    ("CallbackWaitsLong", "nobody free could take it", {"one_number_oldest_due_seconds": 9000, TO_DEAL: 0}),
    ("CallbackWaitsLong", "a limit has stopped the ringing", {TO_DEAL: 1200, f'{STOPPED}{{limit="rings"}}': 1}),
    ("RecordSilent", "one of two", {'one_number_record_up{instance="a"}': 0, 'one_number_record_up{instance="b"}': 1}),
    ("OrdersWait", "texts at their pace", {f'{OLDEST}{{work="quick"}}': 2, f'{OLDEST}{{work="texts"}}': 900}),
    ("TextsWait", "a quarter of an hour", {f'{OLDEST}{{work="texts"}}': 900}),
    ("OrdersFail", "for a moment", {"one_number_orders_failing": lately(3, 4), **errors("given_up", lately(1, 0))}),
    ("OrdersFail", "given up long ago", {"one_number_orders_failing": 0, **errors("given_up", lately(66, 7))}),
    ("ProviderErrors", "our own waits", errors("held", counted(200, 12))),
    ("ProviderErrors", "a few", errors("refused", counted(4, 12))),
    ("ProviderErrors", "Prometheus is new, the history is long", dict.fromkeys(errors("refused", []), at_once(900, 8))),
    ("ProviderHolds", "texts", errors("held", counted(200, 12), "send_text")),
    ("ProviderHolds", "now and then", errors("held", counted(6, 12))),
    ("ProviderComplains", "warnings", complaints(at_once(50, 3), "warning")),
    ("NoWorkers", "Redis is away", {WORKERS: 0, REDIS: 0}),
    ("TestCallsStopped", "test calls are off", {"one_number_ready": 1}),
    ("TestCallsStopped", "an hour ago", {"one_number_test_call_age_seconds": 3700}),
)  # fmt: skip


def cases(every: tuple[tuple[str, str, Told], ...]) -> list[Any]:
    return [pytest.param(alert, told, id=f"{alert} {what}".strip()) for alert, what, told in every]


@pytest.mark.parametrize(("alert", "told"), cases(FIRES))
def test_it_fires(alert: str, told: Told) -> None:
    assert at_end(told, alert)


@pytest.mark.parametrize(("alert", "told"), cases(QUIET))
def test_it_does_not_fire(alert: str, told: Told) -> None:
    assert not at_end(told, alert)


def test_every_alert_is_tried() -> None:
    assert {alert for alert, _, _ in FIRES} == set(rules())


def test_the_evaluation_is_that_of_prometheus() -> None:
    """By hand, of its documentation: an increase reaches to the ends of its range, a fall is a new beginning."""
    told = Story()
    told.tells("m", [0, 1, 2, 3, 4], a="1")
    told.tells("m", [5, 6, 0, 1, 2], a="2")
    grown = value(promql_parser.parse("increase(m[1m])"), told, 60)
    assert grown == {frozenset({("a", "1")}): 4.0, frozenset({("a", "2")}): pytest.approx(2 * 60 / 45)}
    assert value(promql_parser.parse('sum(m) > 7 or sum(m{a!="1"})'), told, 60) == {frozenset(): 2.0}
    assert value(promql_parser.parse('m / 2 unless m{a="2"}'), told, 400) == {}
