"""A ruleset as text and back: whatever a document says is there again after the round trip."""

from datetime import date

import pytest

from routing_rules.document import dump, parse
from routing_rules.model import CallbackPolicy, ExceptionalDay, Interval, OutcomePolicy
from tests.unit.written_ruleset import TEXT, Document, changed, element, housing, problems, topic


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
        document.update(examples=[])  # they name the duties that are gone
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


def noticed(first: str, last: str) -> str:
    """A notice over a spring night, in which there is no time from three to four."""
    words = {"fi": "Katko.", "sv": "Avbrott.", "en": "Cut."}
    return changed(lambda d: d.update(notices=[{"id": "cut", "words": words, "from": first, "to": last}]))


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2027-03-28 03:30", "2027-03-28 04:15"),  # half past three is half past four
        ("2027-03-28 03:00", "2027-03-28 04:00"),  # the same moment
        ("2027-02-25 03:30", "2027-03-28 03:30"),  # 31 days, and the hour
    ],
)
def test_a_notice_that_only_a_clock_change_turns_round_is_refused(first: str, last: str) -> None:
    """Else it could be published, and no process could read what is in force."""
    (problem,) = problems(noticed(first, last))
    assert problem.startswith("notices.cut: begins or ends in the hour that the clock change leaves out")
    assert "write from and to" in problem


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2027-03-28 02:00", "2027-03-28 03:30"),
        ("2027-03-28 03:30", "2027-03-28 05:00"),
        ("2027-10-31 03:00", "2027-10-31 04:00"),  # autumn: the hour comes twice
        ("2027-10-01 12:00", "2027-11-01 12:00"),  # 31 days by the city's clock
        ("2027-03-01 12:00", "2027-04-01 12:00"),
    ],
)
def test_a_notice_over_a_clock_change_is_read_again_as_it_is_written(first: str, last: str) -> None:
    rules = parse(noticed(first, last))
    assert rules.notices[0].first < rules.notices[0].until
    assert parse(dump(rules)) == rules
