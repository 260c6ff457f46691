"""The checker finds each kind of broken run, and nothing in an honest one: one that always acquits proves nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.checker.__main__ import main
from tests.checker.evidence import Said
from tests.checker.judge import judge
from tests.checker.made_up import (
    AGENT_LEG,
    CALL,
    RESIDENT,
    RESIDENT_LEG,
    TOKEN,
    History,
    change,
    event,
    honest,
    hook,
    joins,
    leg,
    offer,
    request,
    rules_broken,
    stay,
    write,
)
from tests.checker.promises import is_promise
from tests.checker.read import read

TEN_OH_TWO = "2026-11-24T10:02:00+00:00"
TEN_OH_FOUR = "2026-11-24T10:04:00+00:00"


def no_request(h: History) -> None:
    h["sql"]["callback_request"] = []
    h["sql"]["callback_event"] = []


def two_resident_legs(h: History) -> None:
    h["lab"]["calls"].append(leg("CA" + "4" * 32, RESIDENT, "outbound-dial", parent=AGENT_LEG, start=30))


def ring_without_a_parent(h: History) -> None:
    h["lab"]["calls"].append(leg("CA" + "4" * 32, RESIDENT, "outbound-api", start=30))


def ring_without_attempt(h: History) -> None:
    h["sql"]["callback_event"] = [change(1, "cancel", "requested", "cancelled", 0)]
    h["sql"]["callback_request"] = [request(state="cancelled")]


def agent_twice(h: History) -> None:
    h["lab"]["calls"].append(leg("CA" + "5" * 32, "client:aino", "outbound-api", start=20, end=30))


def two_agents_on_one_matter(h: History) -> None:
    h["sql"]["offer"].append(offer("v" * 32, request_id="r1", agent_id="eino", accepted_at="2026-11-24T10:03:00+00:00"))


def orphan(h: History) -> None:
    h["sql"]["callback_request"] = [request(state="dialing", offer_token=TOKEN)]
    h["sql"]["callback_event"] = h["sql"]["callback_event"][:2]


def unknown_state(h: History) -> None:
    h["sql"]["callback_request"] = [request(state="lost")]


def server_error(h: History) -> None:
    h["lab"]["history"].append(hook(CALL, "http://city/voice/incoming", 500))


def silence(h: History) -> None:
    h["lab"]["history"].append(hook(CALL, "http://city/voice/incoming", None))


def bad_twiml(h: History) -> None:
    h["lab"]["errors"].append({"call_sid": CALL, "code": 12200, "message": "Say in Enqueue"})


def illegal(h: History) -> None:
    h["sql"]["callback_event"] = [change(1, "claim", "requested", "done", 1)]


def broken_path(h: History) -> None:
    del h["sql"]["callback_event"][1]


def fence_falls(h: History) -> None:
    h["sql"]["callback_event"][2] = change(3, "answered", "dialing", "connected", 0)


def final_left(h: History) -> None:
    h["sql"]["callback_event"].append(change(5, "claim", "requested", "offered", 2))


def history_ends_elsewhere(h: History) -> None:
    h["sql"]["callback_request"] = [request(state="cancelled")]


def passed(h: History) -> None:
    h["sql"]["line_event"] = [
        *joins(),
        stay(11, "c2", "offer", "waiting", "offered", TEN_OH_TWO),
        stay(12, "c1", "offer", "waiting", "offered", TEN_OH_FOUR),
    ]
    h["sql"]["offer"].append(offer("w" * 32, caller_id="c2", agent_id="eino"))


def passed_and_never_dealt(h: History) -> None:
    passed(h)
    del h["sql"]["line_event"][-1]


def message_twice(h: History) -> None:
    h["lab"]["messages"] *= 2


def message_forgotten(h: History) -> None:
    """A day later neither its words nor its number are in the record; only the provider's id is."""
    h["lab"]["messages"][0] = {**h["lab"]["messages"][0], "sid": "SM1"}
    h["sql"]["text_message"] = [{"number_id": None, "body": "", "message_sid": "SM1"}]


def message_twice_and_forgotten(h: History) -> None:
    message_forgotten(h)
    h["lab"]["messages"].append({**h["lab"]["messages"][0], "sid": "SM2"})


def left_alone(h: History) -> None:
    alone = [event("parted", 5.0), {**event("play", 6.0, text="music"), "at": TEN_OH_TWO}]
    h["lab"]["calls"][0] = {**h["lab"]["calls"][0], "events": [*h["lab"]["calls"][0]["events"][:-1], *alone]}


BROKEN = [
    (no_request, "promise lost"),
    (two_resident_legs, "rung twice"),
    (ring_without_a_parent, "unknown ring"),
    (ring_without_attempt, "rung without attempt"),
    (left_alone, "left alone"),
    (agent_twice, "agent with two calls"),
    (two_agents_on_one_matter, "matter with two agents"),
    (orphan, "orphan"),
    (unknown_state, "unknown state"),
    (server_error, "bad status"),
    (silence, "no answer"),
    (bad_twiml, "refused document"),
    (illegal, "illegal change"),
    (broken_path, "broken path"),
    (fence_falls, "fence fell"),
    (final_left, "final state left"),
    (history_ends_elsewhere, "state without history"),
    (passed, "passed in the line"),
    (passed_and_never_dealt, "passed in the line"),
    (message_twice, "message sent too often"),
    (message_twice_and_forgotten, "message sent too often"),
]


def orphan_is_open(h: History) -> None:
    h["sql"]["offer"][0] = offer(TOKEN, request_id="r1", state="dialing")


def test_an_honest_run_is_acquitted(tmp_path: Path) -> None:
    verdict = judge(read(write(honest(), tmp_path)))
    assert verdict.violations == ()
    counts = dict(verdict.counts)
    assert (counts["promises heard"], counts["residents' telephones rung"], counts["offers"]) == (1, 1, 2)


@pytest.mark.parametrize(("breaks", "rule"), BROKEN, ids=[f"{breaks.__name__}-{rule}" for breaks, rule in BROKEN])
def test_each_wrong_is_found(breaks: Callable[[History], None], rule: str, tmp_path: Path) -> None:
    history = honest()
    breaks(history)
    assert rule in rules_broken(history, tmp_path)


def test_a_text_that_the_record_has_forgotten_was_ordered_all_the_same(tmp_path: Path) -> None:
    history = honest()
    message_forgotten(history)
    assert rules_broken(history, tmp_path) == set()


def test_an_open_offer_makes_a_dialing_request_no_orphan(tmp_path: Path) -> None:
    history = honest()
    orphan(history)
    orphan_is_open(history)
    assert rules_broken(history, tmp_path) == set()


def test_a_dead_process_on_purpose_excuses_silence_but_no_bad_document(tmp_path: Path) -> None:
    history = honest()
    history["run"]["disturbances"] = ["web killed"]
    silence(history)
    history["lab"]["errors"].append({"call_sid": CALL, "code": 11200, "message": "no answer"})
    assert rules_broken(history, tmp_path) == set()
    bad_twiml(history)
    assert rules_broken(history, tmp_path) == {"refused document"}


@pytest.mark.parametrize("path", ["status", "leg", "recording", "recording/talk"])
def test_news_that_could_not_be_kept_at_once_are_excused_once_they_were_told_again(tmp_path: Path, path: str) -> None:
    history = honest()
    history["lab"]["history"].append(hook(CALL, f"http://city/voice/{path}", 503))
    history["lab"]["errors"].append({"call_sid": CALL, "code": 15003, "message": "status 503"})
    assert rules_broken(history, tmp_path) == {"bad status", "refused document"}
    history["lab"]["history"].append(hook(CALL, f"http://city/voice/{path}", 204))
    assert rules_broken(history, tmp_path) == set()


def test_an_agent_who_declined_is_not_offered_the_same_caller_first(tmp_path: Path) -> None:
    history = honest()
    passed(history)
    declined = offer("x" * 32, caller_id="c1", agent_id="eino", made_at="2026-11-24T10:01:00+00:00", accepted_at=None)
    history["sql"]["offer"].append(declined)
    assert rules_broken(history, tmp_path) == set()


def test_who_came_into_the_record_after_the_other_was_dealt_was_not_passed(tmp_path: Path) -> None:
    """Her webhook began earlier, and waited for the record while an instance was replaced."""
    history = honest()
    passed(history)
    (joined,) = (row for row in history["sql"]["line_event"] if (row["caller_id"], row["event"]) == ("c1", "join"))
    joined["id"] = 11.5
    assert "passed in the line" not in rules_broken(history, tmp_path)


def test_the_command_tells_with_its_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(write(honest(), tmp_path))]) == 0
    history = honest()
    two_resident_legs(history)
    assert main([str(write(history, tmp_path))]) == 1
    assert "VIOLATION rung twice" in capsys.readouterr().out
    assert main([]) == 2


@pytest.mark.parametrize("key", ["promise.told", "promise.joined", "closing.promise"])
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_each_way_of_promising_is_recognised(language: str, key: str) -> None:
    catalogue = yaml.safe_load(Path(f"ivr/speech/words/{language}.yaml").read_text("utf-8"))
    assert is_promise(Said(catalogue["announcements"][key], language, 0.0))


def test_a_resident_leg_names_its_offer_through_its_parent(tmp_path: Path) -> None:
    legs = {each.call_sid: each for each in read(write(honest(), tmp_path)).legs}
    assert legs[RESIDENT_LEG].tokens == frozenset({TOKEN})
