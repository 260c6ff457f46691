"""The fault suite's judge: an honest run is found honest, and each invariant that is broken is named."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.chaos import machine
from tests.chaos.judge import judge
from tests.checker import made_up

NOW = 1_000_000.0
BODY = {"leaders": 1, "memory": 2**27, "files": 20, "threads": 10}
TIMED_OUT, BROKEN_OFF = "rt 11200 no answer in time", "rt 11200 connection lost: RemoteDisconnected"
Run = dict[str, Any]


def step(ms: float = 20.0, **changes: object) -> Run:
    return {
        "kind": "webhook",
        "call_sid": made_up.CALL,
        "url": "http://city/voice/step/topic?a=1",
        "status": 200,
        "body": "<Response/>",
        "ms": ms,
        "machine": NOW,
        "attempt": 0,
        "copy": False,
        "outcome": "answered",
        "params": {},
        **changes,
    }


def honest(logs: Path) -> tuple[Run, Run]:
    """What the checker reads, and what the harness wrote beside it."""
    told = {
        "began": NOW - 20,
        "ended": NOW,
        "judged": NOW + 30,
        "heard": [{"number": made_up.RESIDENT, "call_sid": made_up.CALL, "machine": NOW - 10, "words": "Soitamme"}],
        "numbers": [made_up.RESIDENT],
        "left": [],
        "stretch": 1.0,
        "city_numbers": [],
        "logs": str(logs),
        "before": {"clock": BODY},
        "after": {"clock": BODY},
        "tables": {"outbox": [], "recording": [], "watch_run": [], "test_call": []},
    }
    run = made_up.honest()
    run["lab"]["history"] = [*({**step(10.0), **hook} for hook in run["lab"]["history"]), step()]
    return run, told


def judged(place: Path, run: Run, told: Run) -> list[str]:
    for name in ("run", "sql", "lab"):
        (place / f"{name}.json").write_text(json.dumps(run[name]))
    (place / "chaos.json").write_text(json.dumps(told))
    return [what.partition(":")[0] for what in judge(place).violations]


def test_an_honest_run_is_honest(tmp_path: Path) -> None:
    assert judged(tmp_path, *honest(tmp_path)) == []


def lost(run: Run, told: Run) -> None:
    told["heard"].append({"number": "+358400000009", "call_sid": "CA9", "machine": NOW, "words": "Soitamme"})


def late_answer(run: Run, told: Run) -> None:
    run["lab"]["history"] += [step(20)] * 200 + [step(3_500)]


def disturbed(run: Run, *history: Run) -> None:
    """A run in which something was killed: the checker's own rule on silence is for runs without."""
    run["run"]["disturbances"] = ["web-a killed"]
    run["lab"]["history"] += history


def timed_out(run: Run, told: Run) -> None:
    disturbed(run, *[step(20)] * 200, step(15_000, status=None, outcome=TIMED_OUT))


def died_and_never_came_again(run: Run, told: Run) -> None:
    disturbed(run, *[step(20)] * 200, step(5, status=None, outcome=BROKEN_OFF, url="http://city/voice/step/a"))


def slow_answers(run: Run, told: Run) -> None:
    run["lab"]["history"] += [step(1_500)] * 20


def refused(run: Run, told: Run) -> None:
    run["lab"]["history"].append(step(status=503, url="http://city/voice/step/number?a=2"))


def apology(run: Run, told: Run) -> None:
    words = "We are sorry, an application error has occurred. Goodbye."
    run["lab"]["calls"][0]["events"].append({**run["lab"]["calls"][0]["events"][0], "kind": "say", "text": words})


def overdue(run: Run, told: Run) -> None:
    told["tables"]["outbox"].append({"kind": "ring_agent", "due_machine": NOW - 90, "done_machine": None})


def backlog(run: Run, told: Run) -> None:
    told["left"].append("request r1")


def stranger(run: Run, told: Run) -> None:
    told["numbers"].remove(made_up.RESIDENT)
    told["heard"].clear()


def slot_twice(run: Run, told: Run) -> None:
    told["tables"]["watch_run"] += [{"day": "2026-11-24"}, {"day": "2026-11-24"}]


def sound_nowhere(run: Run, told: Run) -> None:
    told["tables"]["recording"].append({"id": "s1", "state": "kept", "stored_machine": None, "sha256": None})


def number_logged(run: Run, told: Run) -> None:
    (Path(told["logs"]) / "web-a.log").write_text(f"call from {made_up.RESIDENT}\n")


def number_logged_at_home(run: Run, told: Run) -> None:
    (Path(told["logs"]) / "web-a.log").write_text(f"call from 0{made_up.RESIDENT.removeprefix('+358')}\n")


def number_in_a_key(run: Run, told: Run) -> None:
    told["keys"] = [f"expected:{made_up.RESIDENT}"]


def sent_away(run: Run, told: Run) -> None:
    words = "Meillä on tekninen vika. Soita numeroon nolla yksi seitsemän."
    run["lab"]["calls"][0]["events"].append({**run["lab"]["calls"][0]["events"][0], "kind": "say", "text": words})


def said(run: Run, *sentences: tuple[str, str]) -> None:
    events = run["lab"]["calls"][0]["events"]
    spoken = [{**events[0], "kind": "say", "language": language, "text": text} for language, text in sentences]
    events[:0] = spoken


def closed_unadvised(run: Run, told: Run) -> None:
    said(
        run, ("sv-SE", "Telefonrådgivningen är stängd nu."), ("sv-SE", "Om någon är i livsfara, ring yksi yksi kaksi.")
    )


def grown(run: Run, told: Run) -> None:
    told["after"] = {"clock": {**BODY, "files": 90}}


BROKEN = {
    lost: "I1",
    late_answer: "I3",
    timed_out: "I3",
    died_and_never_came_again: "I3",
    slow_answers: "I3",
    refused: "I3",
    apology: "I3",
    overdue: "I4",
    backlog: "I4",
    stranger: "I7",
    slot_twice: "I8",
    sound_nowhere: "I9",
    number_logged: "I10",
    number_logged_at_home: "I10",
    number_in_a_key: "I10",
    sent_away: "I12",
    closed_unadvised: "I12",
    grown: "I13",
}


@pytest.mark.parametrize(("breaks", "invariant"), BROKEN.items(), ids=lambda each: getattr(each, "__name__", each))
def test_what_is_broken_is_named(breaks: Callable[[Run, Run], None], invariant: str, tmp_path: Path) -> None:
    run, told = honest(tmp_path)
    breaks(run, told)
    assert judged(tmp_path, run, told) == [invariant]


@pytest.mark.parametrize(("files", "found"), [(114, []), (120, ["I13"])])
def test_an_instance_may_fill_its_pools_and_no_more(files: int, found: list[str], tmp_path: Path) -> None:
    run, told = honest(tmp_path)
    told["before"], told["after"] = {"web-a": BODY}, {"web-a": {**BODY, "files": files}}
    assert judged(tmp_path, run, told) == found


def test_a_try_that_failed_is_forgiven_where_the_next_one_was_answered(tmp_path: Path) -> None:
    run, told = honest(tmp_path)
    refused(run, told)
    run["lab"]["history"].append(step(url="http://city/voice/step/number?a=2"))
    assert judged(tmp_path, run, told) == []


def test_a_try_that_broke_off_is_forgiven_where_its_next_one_was_answered_and_one_that_timed_out_never(
    tmp_path: Path,
) -> None:
    run, told = honest(tmp_path)
    disturbed(run, step(5, status=None, outcome=BROKEN_OFF), step(20, attempt=1))
    assert latency(tmp_path, run, told) == ("well", [])
    run["lab"]["history"] += [step(20)] * 200
    run["lab"]["history"] += [step(5_000, status=None, outcome=TIMED_OUT), step(20, attempt=1)]
    assert latency(tmp_path, run, told) == ("late", ["I3"])


def test_an_answer_that_the_provider_was_made_to_lose_is_no_late_one(tmp_path: Path) -> None:
    run, told = honest(tmp_path)
    disturbed(run, *[step(20, status=None, outcome="rt 11200 answer lost", fault="lose_answer")] * 3)
    assert latency(tmp_path, run, told) == ("well", [])
    assert judge(tmp_path).figures["unheard"] == 0


def test_who_waited_in_vain_waited_as_long_as_the_provider_did(tmp_path: Path) -> None:
    run, told = honest(tmp_path)
    run["lab"]["history"] += [step(15_000, status=None, outcome=TIMED_OUT)] * 3
    judged(tmp_path, run, told)
    figures = judge(tmp_path).figures
    assert (figures["unheard"], figures["p99"], figures["slowest"]) == (3, 15_000, 15_000)


def test_who_is_told_that_we_are_closed_is_told_the_emergency_number_or_goes_on_herself(tmp_path: Path) -> None:
    run, told = honest(tmp_path)
    closed = ("en-GB", "Our telephone service is closed now. We open tomorrow.")
    said(run, closed, ("en-GB", "If someone's life is in danger, ring the emergency number one one two."), closed)
    run["lab"]["calls"][0]["events"].insert(3, {**run["lab"]["calls"][0]["events"][0], "kind": "key", "text": "1"})
    assert judged(tmp_path, run, told) == []


def latency(place: Path, run: Run, told: Run, *, caller_may_notice: bool = False) -> tuple[str, list[str]]:
    judged(place, run, told)
    found = judge(place, caller_may_notice=caller_may_notice)
    return found.latency, [what.partition(":")[0] for what in found.violations]


def test_a_starved_machine_is_not_judged_for_latency_and_for_everything_else(tmp_path: Path) -> None:
    run, told = honest(tmp_path)
    told["stretch"] = 4.0
    assert latency(tmp_path, run, told) == ("not judged", [])
    slow_answers(run, told)
    overdue(run, told)
    assert latency(tmp_path, run, told) == ("not judged", ["I4"])


def test_a_machine_that_is_only_busy_makes_no_deadline_longer(tmp_path: Path) -> None:
    run, told = honest(tmp_path)
    told["stretch"] = 2.9
    assert latency(tmp_path, run, told) == ("well", [])
    slow_answers(run, told)
    assert latency(tmp_path, run, told) == ("late", ["I3"])


def test_where_nobody_could_answer_nobody_was_quick(tmp_path: Path) -> None:
    assert latency(tmp_path, *honest(tmp_path), caller_may_notice=True) == ("not judged", [])


def test_a_second_of_work_that_took_three() -> None:
    before = machine.Used({"a": (1_000, 500), "gone": (5, 5)})
    after = machine.Used({"a": (2_000, 2_000), "new": (500, 1_500)})
    assert machine.stretch(before, after) == 3.0
