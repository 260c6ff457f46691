"""Measuring for Prometheus, wrapped once: how long webhooks take, what was answered, and figures told at a scrape.

Several web processes of one parent write side by side into files of one folder (``PROMETHEUS_MULTIPROC_DIR``, made by
``operations/gunicorn_web.py`` before this is imported): a worker that dies takes no count with it, and whichever
process is asked tells the sum. Without the folder each process tells its own; where the disk is full a new process
counts nothing until it is begun anew. No label may name a person.
"""

import logging
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Literal

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from adapters.apologies import WHYS, Why
from adapters.meter_files import FOLDER, takes_room

LOG = logging.getLogger("web")
CONTENT_TYPE = CONTENT_TYPE_LATEST
SHARED = os.environ.get(FOLDER)  # decided once, like the library's own choice of where a count is kept
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 15.0)  # the provider gives up after fifteen

PROVIDER, FAILED = ("voice", "sms"), ("403", "500", "503")

disable_created_metrics()  # type: ignore[no-untyped-call]  # when a count began: twice the page, for nobody


@dataclass(frozen=True)
class Figure:
    """One family: each sample's values stand in the order of ``labels``. A counter's name ends with ``_total``."""

    name: str
    help: str
    samples: tuple[tuple[tuple[str, ...], float], ...]
    labels: tuple[str, ...] = ()
    kind: Literal["gauge", "counter"] = "gauge"


class WebMeters:
    """What this process measures while it answers. One for each process: two would write over each other."""

    def __init__(self) -> None:
        self._counts = not SHARED or takes_room(SHARED)
        if not self._counts:
            LOG.error("no room to count in", extra={"folder": SHARED})
        self._registry = CollectorRegistry()
        self._seconds = Histogram(
            "one_number_webhook_seconds",
            "From a webhook's arrival to its whole answer.",
            ("step",),
            buckets=SECONDS,
            registry=self._registry,
        )
        self._answers = Counter(
            "one_number_answers", "Answers by part of the service and HTTP status.", ("part", "status"),
            registry=self._registry,
        )  # fmt: skip
        self._apologies = Counter(
            "one_number_apologies", "Callers' webhooks that were answered with an apology: a step failed.", ("why",),
            registry=self._registry,
        )  # fmt: skip
        self._steps: dict[str, Histogram] = {}
        self._statuses: dict[tuple[str, str], Counter] = {}
        if self._counts:
            self._begin_at_nothing()

    def _begin_at_nothing(self) -> None:
        """What is alarming must not be seen for the first time as a number: from no series to five is no increase."""
        for why in WHYS:
            self._apologies.labels(why)
        for part, status in product(PROVIDER, FAILED):
            self._statuses[part, status] = self._answers.labels(part, status)

    def webhook_took(self, step: str, seconds: float) -> None:
        """``step``: of a known few; the caller of this sees to it."""
        if not self._counts:
            return
        child = self._steps.get(step)
        if child is None:
            child = self._steps[step] = self._seconds.labels(step)
        child.observe(seconds)

    def answered(self, part: str, status: str) -> None:
        if not self._counts:
            return
        child = self._statuses.get((part, status))
        if child is None:
            child = self._statuses[part, status] = self._answers.labels(part, status)
        child.inc()

    def apologised(self, why: Why) -> None:
        if self._counts:
            self._apologies.labels(why).inc()

    def told(self, figures: Iterable[Figure]) -> bytes:
        """The whole page: every process's measures, and these figures."""
        page = CollectorRegistry()
        if SHARED:
            MultiProcessCollector(page, SHARED)  # type: ignore[no-untyped-call]
        page.register(_Told(figures))
        own = b"" if SHARED else generate_latest(self._registry)
        return own + generate_latest(page)


class _Told(Collector):
    def __init__(self, figures: Iterable[Figure]) -> None:
        self._figures = tuple(figures)

    def collect(self) -> Iterator[Metric]:
        for one in self._figures:
            if one.kind == "counter":
                family: Metric = CounterMetricFamily(one.name.removesuffix("_total"), one.help, labels=one.labels)
            else:
                family = GaugeMetricFamily(one.name, one.help, labels=one.labels)
            for labels, value in one.samples:
                family.add_metric(labels, value)  # type: ignore[attr-defined]
            yield family
