"""Where a turn decides a topic's route, one row says by which version and which facts; a menu writes nothing."""

import json
from dataclasses import replace

import pytest

from adapters.schema import receipt, route_decision
from routing_rules.model import RoutingRule, When
from tests.support.services import Town, sample_rules
from tests.support.statements import asked_of
from tests.support.telephone import Telephone


def facts(town: Town) -> list[dict[str, object]]:
    return [json.loads(row["facts"]) for row in town.every(route_decision)]


def told(town: Town) -> list[tuple[str, str, str, str | None, int]]:
    rows = town.every(route_decision)
    return [(row["topic"], row["language"], row["route"], row["desk"], row["ruleset_version"]) for row in rows]


def to_rented_homes(telephone: Telephone, language: str = "1") -> None:
    telephone.rings()
    for key in (language, "1", "1"):
        telephone.presses(key)


def test_the_line_is_joined_and_its_reason_kept_in_one_transaction(town: Town) -> None:
    town.agent("aino", languages=("fi", "sv"))
    telephone = Telephone.at(town)
    telephone.rings()
    telephone.presses("1")
    telephone.presses("1")
    with asked_of(town.services.database) as seen:
        assert "<Enqueue" in telephone.presses("1")
    assert seen.commits == 1
    assert told(town) == [("housing", "fi", "line", "housing", town.rules.version)]
    assert facts(town) == [{"staffed": {"housing": ["fi", "sv"]}, "wait": None, "areas": []}]
    [row] = town.every(route_decision)
    assert (row["call_sid"], row["at"]) == (telephone.sid, town.clock.now())


def test_a_doubled_webhook_keeps_one_reason(town: Town) -> None:
    town.agent("aino")
    telephone = Telephone.at(town)
    telephone.rings()
    telephone.presses("1")
    telephone.presses("1")
    url = telephone.next_url()
    telephone.post(url, Digits="1")
    telephone.post(url, Digits="1")
    assert len(told(town)) == 1


def test_a_menu_writes_nothing(town: Town) -> None:
    telephone = Telephone.at(town)
    telephone.rings()
    telephone.presses("1")  # open requests of the number are looked up here
    with asked_of(town.services.database) as seen:
        telephone.presses("1")
        telephone.presses("*")
    assert (seen.statements, told(town)) == ([], [])


def test_an_offer_without_a_line_is_a_decision_too(town: Town) -> None:
    to_rented_homes(Telephone.at(town), "2")
    assert told(town) == [("housing", "sv", "nobody", "housing", town.rules.version)]
    assert town.every(receipt) == []


def test_what_is_led_elsewhere_later_is_a_new_decision(town: Town) -> None:
    """Another language was spoken when she chose; now nobody is there."""
    town.agent("aino", languages=("fi",))
    telephone = Telephone.at(town)
    to_rented_homes(telephone, "2")
    town.clock.pass_(minutes=10)  # no sign of life: off duty
    telephone.presses("1")
    assert [route for _, _, route, _, _ in told(town)] == ["other_language", "nobody"]


def test_of_the_number_only_the_areas_that_rules_ask_about_are_kept(record: str) -> None:
    rule = RoutingRule(
        "near", {"fi": "x", "sv": "x", "en": "x"}, When(areas=("+35840", "+35817")), department="streets"
    )
    town = Town.over(record, rules=replace(sample_rules(), rules=(rule,)))
    to_rented_homes(Telephone.at(town, "+358401234567"))
    [row] = town.every(route_decision)
    assert json.loads(row["facts"])["areas"] == ["+35840"]
    assert "1234567" not in str(dict(row))
    town.services.database.dispose()


def test_a_caller_is_answered_although_the_reason_cannot_be_kept(town: Town) -> None:
    with town.services.database.write() as tx:
        route_decision.drop(tx.connection)
    try:
        telephone = Telephone.at(town)
        to_rented_homes(telephone)
        assert "<Gather" in telephone.heard[-1]
    finally:
        with town.services.database.write() as tx:
            route_decision.create(tx.connection)


@pytest.mark.parametrize("key", ["0", "4"])
def test_the_general_desk_and_a_partner_are_decisions(town: Town, key: str) -> None:
    telephone = Telephone.at(town)
    telephone.rings()
    telephone.presses("1")
    telephone.presses(key)
    if key == "4":
        telephone.presses("1")
    assert len(told(town)) == 1
