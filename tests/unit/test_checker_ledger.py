"""The checker finds a ledger that says something else than the telephones do, and a telephone that is only engaged."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.checker.judge import judge
from tests.checker.made_up import History, event, honest, rules_broken, told, write
from tests.checker.read import read


def verdict_of(**changes: object) -> Callable[[History], None]:
    def breaks(h: History) -> None:
        h["sql"]["promise_told"] = [told(**changes)]

    return breaks


kept_although_late = verdict_of(window_start_at="2026-11-24T08:00:00+00:00", window_end_at="2026-11-24T09:00:00+00:00")
late_although_kept = verdict_of(verdict="late", window_end_at="2026-11-24T12:00:00+00:00")
broken_although_rung = verdict_of(
    verdict="broken",
    at="2026-11-24T08:00:00+00:00",
    window_start_at="2026-11-24T09:00:00+00:00",
    window_end_at="2026-11-24T12:00:00+00:00",
    judged_at="2026-11-24T13:00:00+00:00",
)
open_although_done = verdict_of(verdict=None, judged_at=None)


def kept_without_a_ring(h: History) -> None:
    h["lab"]["calls"].pop()


def engaged(h: History) -> None:
    """Her telephone was dialled and did not ring: she spoke with somebody else."""
    last = h["lab"]["calls"].pop()
    h["lab"]["calls"].append({**last, "status": "busy", "events": [event("end", 12)]})


def engaged_and_dialled_again(h: History) -> None:
    engaged(h)
    h["lab"]["calls"].append({**h["lab"]["calls"][-1], "call_sid": "CA" + "4" * 32})


def nothing_in_the_ledger(h: History) -> None:
    h["sql"]["promise_told"] = []


def two_open(h: History) -> None:
    h["sql"]["promise_told"] = [told(verdict=None, judged_at=None)] * 2


BROKEN = [
    (kept_although_late, "wrong verdict"),
    (late_although_kept, "wrong verdict"),
    (broken_although_rung, "wrong verdict"),
    (open_although_done, "promise open of a closed matter"),
    (kept_without_a_ring, "ledger without a ring"),
    (engaged_and_dialled_again, "rung twice"),
    (nothing_in_the_ledger, "promise not in the ledger"),
    (two_open, "two promises open"),
]


@pytest.mark.parametrize(("breaks", "rule"), BROKEN, ids=[f"{breaks.__name__}-{rule}" for breaks, rule in BROKEN])
def test_each_wrong_of_a_ledger_is_found(breaks: Callable[[History], None], rule: str, tmp_path: Path) -> None:
    history = honest()
    breaks(history)
    assert rule in rules_broken(history, tmp_path)


def test_an_engaged_telephone_was_rung_as_far_as_the_promise_goes(tmp_path: Path) -> None:
    history = honest()
    engaged(history)
    verdict = judge(read(write(history, tmp_path)))
    assert verdict.violations == ()
    counts = dict(verdict.counts)
    assert (counts["residents' telephones rung"], counts["residents' telephones engaged"]) == (0, 1)
