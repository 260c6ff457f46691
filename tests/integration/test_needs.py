"""A step given only what it needs answers as one that knows everything; and what each step asks of the record."""

from collections.abc import Callable as Function
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import get_args

import pytest

from desks.line.waiting import Line
from ivr.caller_input import CallerInput, DialEnded, LeftQueue, Pressed, RecordingEnded, Silent
from ivr.carry_out import Caller
from ivr.dialogue.needs import Asking, Need, Needs, needs
from ivr.dialogue.steps import STEPS, advance
from ivr.effects import Effect
from ivr.fact_finding import Finder, bare
from ivr.facts import Callable, NotCallable
from ivr.step_url import Step
from ivr.turn import Turn
from tests.support.services import Town, empty_record
from tests.support.statements import asked_of
from tests.support.telephone import Telephone

EVERYTHING: Needs = frozenset(get_args(Need))
NIGHT = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)
KEYS = ("0", "1", "2", "5", "9", "*", "123456")
INPUTS: tuple[CallerInput, ...] = (Silent(), *map(Pressed, KEYS))
CHOICES = {"desk-over": "housing", "duty-over": "duty.0"}
IN_LINE = ("offer", "number", "key-number", "same", "other-ways", "wait", "left", "closing", "talk-over")
RINGING = (Callable("+358401000001"), NotCallable("foreign"), NotCallable("withheld"))


class World:
    """One record, and a caller who may stand anywhere in it."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.line, self.request = "", ""

    def decided(self, step: Step, given: CallerInput, number: Callable | NotCallable, asked: Needs) -> Turn | Effect:
        services, rules = self.town.services, self.town.rules
        if not asked:
            return advance(step, given, replace(bare(services, rules, services.clock.now()), nonce="n"))
        with services.database.read() as connection:
            finder = Finder(services, connection, rules, Caller(self.sid, number), None, services.clock.now())
            facts = finder.facts(step, given, asked)
        return advance(step, given, replace(facts, nonce="n"))

    @property
    def sid(self) -> str:
        return str(self.town.stay(self.line)["call_sid"]) if self.line else "CA" + "9" * 32

    def steps(self) -> Iterator[tuple[Step, CallerInput]]:
        for name in IN_LINE if self.line else STEPS:
            for topic in ("", "housing") if name in ("topic", "closed") else ("housing",):
                step = Step(name, "fi", topic, request=self.request, line=self.line, choice=CHOICES.get(name, ""))
                for tries in (1, 2):
                    yield from ((replace(step, tries=tries), given) for given in (*INPUTS, *inputs_of(name)))
                if name == "wait":  # the turn in full after music from memory
                    yield from ((replace(step, tries=6, spared=3), given) for given in INPUTS)


def inputs_of(name: str) -> tuple[CallerInput, ...]:
    if name == "left":
        return tuple(LeftQueue(result) for result in ("leave", "hangup", "error", "redirected"))
    if name in ("desk-over", "duty-over", "talk-over"):
        return DialEnded("no-answer"), DialEnded("completed"), DialEnded("failed")
    return (RecordingEnded("RE" + "0" * 32, 1, False),) if name == "message-done" else ()


def _same(number: Callable | NotCallable) -> Callable | NotCallable:
    return number


def quiet(town: Town) -> World:
    """Nobody is on duty, nothing is open."""
    return World(town)


def busy(town: Town) -> World:
    """An agent on duty, and a number with an open request that rings again."""
    town.agent("aino")
    world = World(town)
    world.request = town.request(topic="housing")
    town.clock.pass_(minutes=1)
    return world


def night(town: Town) -> World:
    world = busy(town)
    town.clock.business = NIGHT
    return world


def waiting(town: Town) -> World:
    town.agent("aino")
    world = World(town)
    world.line = town.caller()
    return world


def wishing(town: Town) -> World:
    world = waiting(town)
    assert town.within(lambda tx: Line(town.services, tx, town.rules).wish(world.line))
    return world


def closing(town: Town) -> World:
    world = waiting(town)
    assert town.within(lambda tx: Line(town.services, tx, town.rules).close(world.line))
    return world


@pytest.mark.parametrize("make", [quiet, busy, night, waiting, wishing, closing], ids=lambda make: make.__name__)
def test_a_step_that_knows_what_it_needs_answers_as_one_that_knows_everything(
    make: Function[[Town], World], tmp_path: Path
) -> None:
    town = Town.over(empty_record("sqlite", tmp_path))
    world = make(town)
    for step, given in world.steps():
        for number in RINGING if step.name in ("offer", "number") else RINGING[:1]:
            asked = needs(Asking(step, given, town.rules, town.clock.now(), partial(_same, number)))
            knowing_all = world.decided(step, given, number, EVERYTHING)
            assert world.decided(step, given, number, asked) == knowing_all, f"{step} {given} {number} asked {asked}"
    town.services.database.dispose()


def test_from_the_greeting_to_the_topics_the_record_is_asked_once(town: Town) -> None:
    telephone = Telephone.at(town)
    with asked_of(town.services.database) as seen:
        telephone.rings()
        telephone.waits()
        telephone.presses("*")
    assert seen.statements == []
    with asked_of(town.services.database) as seen:
        telephone.presses("1")
    assert len(seen.statements) == 1, "the number and what it has open, in one"
    with asked_of(town.services.database) as seen:
        telephone.presses("1")
        telephone.presses("*")
        telephone.presses("#")
    assert seen.statements == []
    assert seen.commits == 0


def test_a_menu_step_reaches_for_no_redis(town: Town) -> None:
    """Nobody listens at this town's Redis: had a menu asked it, its breaker would be open."""
    telephone = Telephone.at(town)
    telephone.rings()
    telephone.presses("1")
    telephone.presses("1")
    assert town.services.live.up()
