"""The table of needs: every step stands in it, and what a caller is told from memory asks for nothing."""

from datetime import UTC, datetime

import pytest

from ivr.caller_input import CallerInput, DialEnded, LeftQueue, Pressed, Silent
from ivr.dialogue.needs import NEEDS, NOTHING, Asking, needs
from ivr.dialogue.steps import STEPS
from ivr.facts import Callable, NotCallable
from ivr.step_url import Step
from tests.support.services import sample_rules

TUESDAY_TEN = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)
MAIJA = Callable("+358401234567")


def asked(
    step: Step, given: CallerInput, now: datetime = TUESDAY_TEN, number: Callable | NotCallable = MAIJA
) -> frozenset[str]:
    return needs(Asking(step, given, sample_rules(), now, lambda: number))


def test_every_step_stands_in_the_table_of_needs() -> None:
    assert set(NEEDS) == set(STEPS)


BRANCH = next(t for t in sample_rules().topics if t.parent is None and sample_rules().children(t.id))
MENU = Step("topic", "fi", topic=BRANCH.id)


@pytest.mark.parametrize(
    ("step", "given"),
    [
        (Step("incoming"), Silent()),
        (Step("language"), Silent()),
        (Step("language"), Pressed("*")),
        (Step("language"), Pressed("7")),
        (Step("topic", "fi"), Pressed(BRANCH.key or "")),
        (Step("topic", "fi"), Pressed("*")),
        (Step("topic", "fi"), Pressed("#")),
        (Step("topic", "fi"), Silent()),
        (MENU, Pressed("*")),
        (MENU, Pressed("9")),
        (MENU, Silent()),
        (Step("topic", "fi", tries=2), Pressed("*")),
        (Step("number", "fi", "housing"), Pressed("2")),
        (Step("key-number", "fi", "housing"), Silent()),
        (Step("key-number", "fi", "housing"), Pressed("*")),
        (Step("desk-over", "fi", "housing"), DialEnded("completed")),
        (Step("check", "fi"), Silent()),
        (Step("a step of an older release", "fi"), Pressed("1")),
    ],
)
def test_a_menu_is_told_from_memory(step: Step, given: CallerInput) -> None:
    assert asked(step, given) == NOTHING


def test_the_language_key_asks_for_what_the_number_has_open_and_no_more() -> None:
    assert asked(Step("language"), Pressed("1")) == {"missed", "known"}


@pytest.mark.parametrize("reason", ["withheld", "foreign", "service"])
def test_a_number_that_cannot_be_rung_has_nothing_open(reason: str) -> None:
    assert asked(Step("language"), Pressed("2"), number=NotCallable(reason)) == NOTHING


def test_a_closed_house_tells_the_first_time_that_can_be_promised() -> None:
    assert "times" in asked(Step("language"), Pressed("1"), NIGHT)


def test_most_turns_of_the_wait_ask_for_the_stay_alone() -> None:
    turns = [asked(Step("wait", "fi", "housing", tries, line="l1"), Silent()) for tries in range(1, 6)]
    assert turns[0] == {"line", "place", "staffed"}
    assert "times" in turns[1]
    assert turns[3] == turns[4] == {"line"}


def test_a_leg_that_our_own_order_leads_asks_where_it_is_and_no_more() -> None:
    assert asked(Step("left", "fi", line="l1"), LeftQueue("redirected")) == {"line"}
