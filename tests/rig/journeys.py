"""Stretches of a call that many scenarios share: through the menus, into the line, to a promise, to an agent."""

from collections.abc import Callable

from tests.rig.agent import Agent
from tests.rig.city import City
from tests.rig.resident import Resident
from tests.rig.words import heard

Ask = Callable[[Resident], Resident]
LANGUAGE_KEYS = {"fi": "1", "sv": "2", "en": "3"}


def asks_for_housing(resident: Resident, language: str = "fi") -> Resident:
    """Rings, chooses the language and rented homes; hears what then comes."""
    words = heard(language)
    resident.ring().hears(words["greeting"]).press(LANGUAGE_KEYS[language])
    resident.hears(words["topics"]).press("1")
    return resident.hears(words["housing"]).press("1")


def asks_about_parking(resident: Resident) -> Resident:
    words = heard()
    resident.ring().hears(words["greeting"]).press("1")
    resident.hears(words["topics"]).press("2")
    return resident.hears(words["parking"]).press("3")


def waits_in_line(resident: Resident, language: str = "fi") -> Resident:
    return asks_for_housing(resident, language).is_in_line()


def talks_with(city: City, agent: Agent, number: str, ask: Ask = asks_for_housing) -> Resident:
    """A resident who keeps this agent busy."""
    resident = ask(city.resident(number))
    agent.accepts().is_joined()
    resident.is_joined()
    return resident


def takes_callback(resident: Resident, language: str = "fi") -> Resident:
    """From the line, by key, to the promise and the end of the call."""
    words = heard(language)
    resident.hears(words["callback_offer"]).press("1")
    resident.hears(words["number_right"]).press("1")
    return resident.hears(words["promise"]).hears(words["goodbye"]).call_ends()


def ends_and_notes(resident: Resident, agent: Agent, outcome: str = "done") -> None:
    resident.hangs_up()
    agent.puts_down().notes(outcome)
