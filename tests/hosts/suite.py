"""Runs the cases one after another on one city and prints the table. Only inside the network of ``__main__``."""

import argparse
import os
import random
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from sqlalchemy import select

from adapters.places import ROOT
from adapters.schema import outbox
from tests.chaos.city import ChaosCity
from tests.chaos.drained import comes_to_rest
from tests.chaos.load import Load, Pace
from tests.checker import alone, answers
from tests.checker.judge import RULES
from tests.checker.read import read
from tests.hosts import page
from tests.hosts.cases import TAKEN_OVER_SECONDS, Case
from tests.hosts.city import SpreadCity
from tests.hosts.network import Network
from tests.rig import record

TUESDAY_TEN, RATE = "2026-11-24T10:00:00+02:00", 10.0
WARM_SECONDS, AFTER_SECONDS = 6.0, 4.0
HEARD_BY_CALLERS = (answers, alone)
SHARED_PER_CORE = 3.0  # processes that want a core at the same time
ARTEFACTS = ROOT / "artefacts" / "hosts"
PAGE = ROOT / "docs" / "several-hosts.md"


@dataclass(frozen=True)
class Result:
    case: Case
    calls: int
    promises: int
    rings: int
    latest: float  # seconds that the latest order was done after it was due
    rest: float | None  # seconds until nothing was left to do
    late: int  # answers, on a machine that others had so much of that no answer could be in time; else violations
    violations: Sequence[str]


def run(cases: Sequence[Case], options: argparse.Namespace) -> int:
    root = Path(tempfile.mkdtemp(prefix="onenumber-hosts-"))
    city = SpreadCity(root, Network())
    results: list[Result] = []
    try:
        print("seven hosts, and the world outside; starting", flush=True)
        city.start()
        for case in cases:
            results.append(one(city, case, options))
            page.keep(ARTEFACTS, row(results[-1], options.seconds))
            print(line(results[-1]), flush=True)
    finally:
        city.stop()
        failed = len(results) < len(cases) or any(result.violations for result in results)
        if failed:
            shutil.copytree(root / "var" / "log", ARTEFACTS / "log", dirs_exist_ok=True)
        shutil.rmtree(root, ignore_errors=True)
    if options.write:
        page.write(PAGE, ARTEFACTS)
    return 1 if failed else 0


def one(city: SpreadCity, case: Case, options: argparse.Namespace) -> Result:
    city.reset()
    city.clock(TUESDAY_TEN, RATE)
    pace = Pace(options.calls)
    load = Load(
        cast(ChaosCity, city), random.Random(f"{case.id} {options.seed}"), pace
    ).begin()  # of it, only the rig's
    time.sleep(WARM_SECONDS)
    began = time.time()
    case.harm(city, options.seconds)
    ended = time.time()
    time.sleep(AFTER_SECONDS)
    load.no_more_calls()
    rest, left = comes_to_rest(cast(ChaosCity, city), len(pace.agents))
    load.end()
    place = ARTEFACTS / case.id
    record.write(place, city.engine, city.lab, city.rate, city.disturbances)
    latest = _latest(city, began, ended)
    broken, late = _checked(place, case)
    found = [*broken, *_not_in_the_record(city, load), *(f"left undone: {what}" for what in left)]
    if latest > TAKEN_OVER_SECONDS:
        found.append(f"an order was done {latest:.1f} s after it was due")
    rings = city.one("SELECT count(*) AS n FROM offer WHERE accepted_at IS NOT NULL")["n"]
    return Result(case, len(load.numbers), len(load.heard), int(rings), latest, rest, late, found)


def _checked(place: Path, case: Case) -> tuple[list[str], int]:
    """What is broken, and how many answers were late where nothing could be in time: a deadline of three seconds is one
    of a machine of one's own."""
    evidence, shared = read(place), os.getloadavg()[0] > SHARED_PER_CORE * (os.cpu_count() or 1)
    broken = {rule: list(rule.judge(evidence).violations) for rule in RULES}
    if case.caller_may_notice:
        broken |= {rule: [] for rule in HEARD_BY_CALLERS}
    late = broken.pop(answers) if shared else []
    return [f"{violation.rule}: {violation.what}" for found in broken.values() for violation in found], len(late)


def _not_in_the_record(city: SpreadCity, load: Load) -> list[str]:
    known = {str(row["origin_call_sid"]) for row in city.sql("SELECT origin_call_sid FROM callback_request")}
    numbers = city.sql("SELECT e164 FROM phone_number JOIN callback_request ON number_id = phone_number.id")
    owners = {str(row["e164"]) for row in numbers}
    lost = [heard for heard in load.heard if heard.call_sid not in known and heard.number not in owners]
    return [f"lost: {heard.call_sid} heard a promise that the record does not hold" for heard in lost]


def _latest(city: SpreadCity, began: float, ended: float) -> float:
    """Of the orders that fell due while the harm lasted."""
    o = outbox.c
    during = select(o.due_machine, o.done_machine).where(o.due_machine >= began, o.due_machine <= ended, o.tries > 0)
    with city.engine.connect() as connection:
        rows = connection.execute(during).all()
    return max((row.done_machine - row.due_machine for row in rows if row.done_machine is not None), default=0.0)


def row(result: Result, seconds: float) -> page.Row:
    return {
        "case": result.case.id,
        "seconds": seconds,
        "calls": result.calls,
        "promises": result.promises,
        "talks": result.rings,
        "latest": result.latest,
        "rest": result.rest,
        "late": result.late,
        "violations": list(result.violations),
        "day": f"{datetime.now(UTC):%Y-%m-%d}",
    }


def line(result: Result) -> str:
    rest = "never" if result.rest is None else f"{result.rest:.0f} s"
    head = (
        f"{result.case.id}  {result.case.says:<56} calls {result.calls:>3}  promises {result.promises:>3}  "
        f"talks {result.rings:>3}  latest order {result.latest:>5.1f} s  at rest after {rest:>5}  "
    )
    head += f"{result.late} late answers on a shared machine  " if result.late else ""
    return "\n".join([head + (f"VIOLATIONS {len(result.violations)}" if result.violations else "well"),
                      *(f"      {what}" for what in result.violations)])  # fmt: skip
