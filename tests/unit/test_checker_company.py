"""The checker finds who is left with nobody: after a transfer, by a listener who stays, on a machine told twice."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import yaml

from tests.checker.machines import message_words
from tests.checker.made_up import (
    AGENT_LEG,
    CALL,
    NOON,
    RESIDENT,
    RESIDENT_LEG,
    TOKEN,
    History,
    event,
    honest,
    leg,
    rules_broken,
    transferred,
)

EARLY = "2026-11-24T09:00:00+00:00"
TEN_OH_FOUR = "2026-11-24T10:04:00+00:00"
LATE = "2026-11-24T12:00:00+00:00"


def after_a_transfer(then: Callable[[], list[Mapping[str, object]]]) -> Callable[[History], None]:
    """The first caller's talk is handed over at ten; ``then``: what her telephone had before and after that."""

    def breaks(h: History) -> None:
        token = "u" * 32
        h["sql"]["waiting_caller"][0] = {**h["sql"]["waiting_caller"][0], "call_sid": CALL}
        h["sql"]["transfer"] = [transferred(token)]
        h["lab"]["calls"][0] = {**h["lab"]["calls"][0], "events": [*then(), {**event("end", 9.0), "at": TEN_OH_FOUR}]}

    return breaks


def talked() -> list[Mapping[str, object]]:
    return [event("ring", 1.0), {**event("joined", 2.0, data={"with": AGENT_LEG}), "at": EARLY}]


def left_by_one_of_two() -> list[Mapping[str, object]]:
    other = {**event("joined", 3.0, data={"with": RESIDENT_LEG}), "at": EARLY}
    return [*talked(), other, {**event("parted", 4.0, data={"with": AGENT_LEG}), "at": EARLY}]


def left_by_all() -> list[Mapping[str, object]]:
    return [*left_by_one_of_two(), {**event("parted", 4.0, data={"with": RESIDENT_LEG}), "at": EARLY}]


def never_over(h: History) -> None:
    after_a_transfer(talked)(h)
    h["sql"]["transfer"] = [transferred("u" * 32, state="consulting", ended_at=None)]
    h["lab"]["calls"].append(
        {**leg("CA" + "6" * 32, RESIDENT, "inbound"), "events": [{**event("end", 99.0), "at": LATE}]}
    )


def of_nobody(h: History) -> None:
    h["sql"]["transfer"] = [transferred("y" * 32)]


def listener_stays(h: History) -> None:
    sid = "CA" + "7" * 32
    row = {"id": "l1", "token": TOKEN, "leg_sid": sid, "made_at": NOON, "ended_at": NOON}
    h["sql"]["listening"] = [row]
    h["lab"]["calls"].append(
        {**leg(sid, "client:aino", "outbound-api", start=70, end=90), "events": [{**event("end", 90.0), "at": LATE}]}
    )


def two_messages(h: History) -> None:
    h["lab"]["left"] = [{"call_sid": RESIDENT_LEG, "text": f"Kuopio. {words}."} for words in message_words()[:2]]


BROKEN = [
    (after_a_transfer(left_by_all), "nowhere after a transfer"),
    (never_over, "transfer without an end"),
    (of_nobody, "transfer of nobody"),
    (listener_stays, "a listener stayed"),
    (two_messages, "two messages on a machine"),
]


@pytest.mark.parametrize(("breaks", "rule"), BROKEN, ids=[rule for _, rule in BROKEN])
def test_each_wrong_is_found(breaks: Callable[[History], None], rule: str, tmp_path: Path) -> None:
    history = honest()
    breaks(history)
    assert rule in rules_broken(history, tmp_path)


@pytest.mark.parametrize("stays", [talked, left_by_one_of_two])
def test_who_is_with_somebody_after_a_transfer_is_well(
    stays: Callable[[], list[Mapping[str, object]]], tmp_path: Path
) -> None:
    history = honest()
    after_a_transfer(stays)(history)
    assert rules_broken(history, tmp_path) == set()


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_what_a_machine_is_told_is_recognised(language: str) -> None:
    catalogue = yaml.safe_load(Path(f"ivr/speech/words/{language}.yaml").read_text("utf-8"))
    assert sum(words in catalogue["announcements"]["message.machine"] for words in message_words()) == 1
