"""Whether what a caller meets leads on, by any ruleset: the dialogue's own turns, and the keys that they offer."""

from dataclasses import replace
from datetime import datetime
from xml.etree import ElementTree

from ivr.caller_input import Pressed
from ivr.dialogue import steps as dialogue
from ivr.effects import Effect, JoinLine, KeepMessage, KeepNumber, KeepRecording, MakePromise
from ivr.facts import Facts
from ivr.step_url import Step
from ivr.turn import DialNumber, Gather, Record, Say, Turn
from ivr.twiml import render
from routing_rules.model import Ruleset
from routing_rules.routes import Circumstances, StaffedDesk
from tests.unit.dialogue_walk import facts_at, step_in, words
from tests.unit.test_dialogue_anything import URLS

DEEP = 3  # keys, from where the topic leads
HELPS = (JoinLine, KeepNumber, MakePromise, KeepMessage, KeepRecording)


def is_a_way_on(answered: Turn | Effect, known: Facts, deep: int = DEEP) -> bool:
    """A person, a number, a promise, a message or information: here, or behind the keys that are offered."""
    if not isinstance(answered, Turn):
        return isinstance(answered, HELPS)
    if any(isinstance(one, DialNumber | Record) for one in answered.instructions):
        return True
    said = {
        one.key for turn in answered.instructions for one in getattr(turn, "spoken", (turn,)) if isinstance(one, Say)
    }
    if "information.words" in said:
        return True
    asked = [step_in(one.action) for one in answered.instructions if isinstance(one, Gather)]
    pressed = (dialogue.advance(step, Pressed(key), known) for step in asked for key in "1230456789" if deep)
    return any(is_a_way_on(one, known, deep - 1) for one in pressed)


def facts(rules: Ruleset, now: datetime, staffed: list[StaffedDesk], known: Circumstances, sold_out: bool) -> Facts:
    free = facts_at(now)
    asap, slots = (None, ()) if sold_out else (free.asap, free.slots)
    wait = known.wait_minutes
    return replace(
        free, rules=rules, staffed=tuple(staffed), circumstances=known, wait_minutes=wait, asap=asap, slots=slots
    )


def is_heard(answered: Turn | Effect, rules: Ruleset) -> bool:
    """What is answered can be said: well-formed, in the ruleset's own words."""
    if not isinstance(answered, Turn):
        return True
    return len(ElementTree.fromstring(render(answered, words(), rules, URLS))) > 0


def topic_step(topic: str, language: str) -> Step:
    return Step(name="topic", language=language, topic=topic, tries=1, version=1, arrived=1, nonce="n")
