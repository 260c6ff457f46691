"""What the first release stored is still read: a running city holds such rows. A wrong one is still refused."""

from pathlib import Path

from routing_rules.document import dump, parse
from tests.unit.written_ruleset import Document, changed, problems, topic


def first_release(document: Document) -> None:
    """As the first release stored it: a bare number for the city and for a topic, and no word of what came later."""
    document["duty_number"], topic(document, "water")["duty_number"] = "+358175550999", "+358175550998"
    for name in ("duties", "duty", "rules", "examples"):
        document.pop(name, None)
    for stored in document["topics"]:
        stored.setdefault("duty_number", None)
        stored.pop("duty", None)


def test_a_document_of_the_first_release_is_still_read() -> None:
    rules = parse(changed(first_release))
    numbers = {topic_id: rules.duty_of(topic_id) for topic_id in ("housing", "water", "street-faults")}
    assert {name: found.numbers for name, found in numbers.items() if found is not None} == {
        "housing": ("+358175550999",),
        "water": ("+358175550998",),
        "street-faults": ("+358175550999",),
    }
    assert all(set(d.spoken) == {"fi", "sv", "en"} and d.alarm_number is None for d in rules.duties)
    assert parse(dump(rules)) == rules


def test_a_row_that_the_first_release_stored_is_still_read() -> None:
    rules = parse(Path(__file__).with_name("ruleset_of_first_release.json").read_text(encoding="utf-8"))
    told = rules.duty_of("housing"), rules.duty_of("water")
    assert [duty.numbers for duty in told if duty is not None] == [("+358175550999",), ("+358175550998",)]
    assert rules.department("county").provider == "city"  # its callers are still put through, as they were


def test_a_document_of_the_first_release_without_duty_numbers_has_no_duty() -> None:
    def change(document: Document) -> None:
        first_release(document)
        document["duty_number"] = topic(document, "water")["duty_number"] = None

    rules = parse(changed(change))
    assert (rules.duties, rules.duty, rules.duty_of("water")) == ((), None, None)


def test_a_wrong_number_of_the_first_release_is_named() -> None:
    def change(document: Document) -> None:
        first_release(document)
        document["duty_number"] = "911"

    assert [p for p in problems(changed(change)) if "+358401234567" in p]
