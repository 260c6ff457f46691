"""A ruleset as text and back: whatever a document says is there again after the round trip."""

from datetime import date

from routing_rules.document import dump, parse
from routing_rules.model import CallbackPolicy, ExceptionalDay, Interval, OutcomePolicy
from tests.unit.written_ruleset import TEXT, Document, changed, element, housing, topic


def test_round_trip() -> None:
    rules = parse(TEXT)
    assert parse(dump(rules)) == rules


def test_round_trip_of_what_the_sample_does_not_use() -> None:
    def change(document: Document) -> None:
        housing(document)["callbacks"] = {"attempts": 5, "capacity_share": 0.7}
        housing(document)["hours"]["exceptional"] = [
            {"day": date(2026, 12, 5), "hours": ["22:00-24:00", "9-10"]},
            {"from": date(2026, 12, 27), "to": date(2027, 1, 3), "hours": ["10-12"]},
        ]
        element(document, "departments", "county").update(provider="association", overload_wait_minutes=30)
        document.update(allowed_countries=["FI"], duty=None, duties=[{**document["duties"][0], "id": "only"}])
        topic(document, "water").update(duty="only")
        topic(document, "street-faults").pop("duty")

    rules = parse(changed(change))
    assert rules.department("housing").callbacks == CallbackPolicy(attempts=5, capacity_share=0.7)
    assert rules.department("housing").hours.exceptional == (
        ExceptionalDay(date(2026, 12, 5), (Interval(540, 600), Interval(1320, 1440))),
        ExceptionalDay(date(2026, 12, 27), (Interval(600, 720),), date(2027, 1, 3)),
    )
    assert (rules.duty_of("housing"), rules.duty_of("street-faults")) == (None, None)
    assert rules.duty_of("water") == rules.duties[0]
    assert parse(dump(rules)) == rules


def test_how_it_goes_on_after_each_end_of_a_ring() -> None:
    """The sample's employment service: what is not written is as after any other end."""
    policy = parse(TEXT).department("employment").callbacks
    assert policy.outcomes == {"busy": OutcomePolicy(spacing_minutes=15), "machine": OutcomePolicy(attempts=2)}
    assert (policy.owner_minutes, parse(TEXT).department("housing").callbacks.owner_minutes) == (15, 10)
