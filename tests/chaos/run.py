"""One run as the judge reads it: the checker's evidence, and what the harness wrote down beside it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.chaos.history import FILE, Body
from tests.chaos.plans import Heard
from tests.checker.evidence import Evidence

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Answered:
    """One try of a webhook; ``machine``: when it was over."""

    call_sid: str
    url: str
    status: int | None
    body: str
    ms: float
    machine: float
    attempt: int
    copy: bool
    outcome: str  # "answered", or how the try failed
    mishap: bool  # sown at the provider


@dataclass(frozen=True)
class ChaosRun:
    evidence: Evidence
    directory: Path
    began: float
    ended: float
    judged: float
    heard: Sequence[Heard]
    numbers: Sequence[str]
    own_tries: frozenset[str]  # legs of our own look at our number
    left: Sequence[str]  # what was not done in the time that it may take
    webhooks: Sequence[Answered]
    calls: Sequence[Row]  # as the lab tells them
    before: Mapping[str, Body]
    after: Mapping[str, Body]
    tables: Mapping[str, Sequence[Row]]
    logs: Path
    keys: Sequence[str]  # of the live store, when the run was over
    stretch: float
    city_numbers: frozenset[str]  # desks' own telephones: callers are put through to them when our record is away

    def table(self, name: str) -> Sequence[Row]:
        return self.tables[name]


def load(directory: Path, evidence: Evidence) -> ChaosRun:
    told = json.loads((directory / FILE).read_text(encoding="utf-8"))
    lab = json.loads((directory / "lab.json").read_text(encoding="utf-8"))
    tables = told["tables"]
    return ChaosRun(
        evidence=evidence,
        directory=directory,
        began=told["began"],
        ended=told["ended"],
        judged=told["judged"],
        heard=tuple(Heard(**one) for one in told["heard"]),
        numbers=tuple(told["numbers"]),
        own_tries=frozenset(row["call_sid"] for row in tables["test_call"] if row["call_sid"]),
        left=tuple(told["left"]),
        webhooks=tuple(answered(one) for one in lab["history"] if one["kind"] == "webhook"),
        calls=tuple(lab["calls"]),
        before={name: Body(**one) for name, one in told["before"].items()},
        after={name: Body(**one) for name, one in told["after"].items()},
        tables=tables,
        logs=Path(told["logs"]),
        keys=tuple(told.get("keys", ())),
        stretch=float(told["stretch"]),
        city_numbers=frozenset(told["city_numbers"]),
    )


def answered(one: Row) -> Answered:
    return Answered(
        call_sid=str(one["call_sid"]),
        url=str(one["url"]),
        status=one["status"],
        body=str(one["body"] or ""),
        ms=float(one["ms"]),
        machine=float(one["machine"]),
        attempt=int(one["attempt"]),
        copy=bool(one["copy"]),
        outcome=str(one["outcome"]),
        mishap=one.get("fault") is not None,
    )
