"""Hours of one department: a small publication of their own, beside every draft and every other department."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from adapters.database import Database
from routing_rules.versions import drafts, publishing
from routing_rules.versions.model import Behind, Published, Refused
from routing_rules.versions.readying import Unchecked
from tests.support.rulebook import Rulebook, grace, of
from tests.support.services import Town

LONGER = {"monday-thursday": ["08:00-17:00"], "friday": ["08:00-15:00"]}


@pytest.fixture
def book(town: Town) -> Rulebook:
    return Rulebook(town)


@pytest.fixture
def database(town: Town) -> Database:
    return town.services.database


def hours(book: Rulebook, department: str, **changed: object) -> dict[str, object]:
    return {**of(book.written(), "departments", department)["hours"], **changed}


def put(book: Rulebook, department: str, wanted: Any, database: Database | None = None, **more: Any) -> Any:
    """Warnings are ticked as they are met."""
    where, now = database or book.town.services.database, book.town.clock.now()
    done = publishing.publish_hours(where, department, wanted, "liisa", "longer days", now, **more)
    if isinstance(done, Unchecked) and all(finding.level == "warning" for finding in done.findings):
        more["ticked"] = frozenset(finding.key for finding in done.findings)
        return publishing.publish_hours(where, department, wanted, "liisa", "longer days", now, **more)
    return done


def test_only_the_hours_of_that_department_change(book: Rulebook) -> None:
    before = book.written()
    assert put(book, "housing", hours(book, "housing", week=LONGER)) == Published(2)
    after = book.written()
    of(before, "departments", "housing")["hours"] = of(after, "departments", "housing")["hours"]
    assert {**before, "version": 2} == after
    found = book.live()
    assert (found.kind, found.author, found.source) == ("hours", "liisa", "housing")
    assert all(change.place.startswith("departments.housing.hours.week.") for change in found.changes)
    assert len(book.follow().department("housing").hours.week) == 7


def test_an_open_draft_takes_them_in_without_a_question(book: Rulebook, database: Database) -> None:
    draft = book.draft(grace("housing", 15))
    put(book, "housing", hours(book, "housing", week=LONGER))
    assert drafts.behind(database, draft.id) == Behind((), 2)
    done = book.publish(draft)
    if isinstance(done, Unchecked):
        done = book.publish(draft, ticked=frozenset(finding.key for finding in done.findings))
    assert done == Published(3)
    rules = book.follow()
    assert rules.department("housing").grace_minutes == 15
    assert rules.department("housing").hours.week[0][0].end == 17 * 60


def test_two_departments_at_one_moment_both_land(book: Rulebook, database: Database) -> None:
    desks = ("housing", "streets", "extended", "welfare")
    known = [desk for desk in desks if any(d.id == desk for d in book.town.rules.departments)]
    wanted = {desk: hours(book, desk, exceptional=[{"day": "2027-03-01", "hours": ["09:00-12:00"]}]) for desk in known}
    start = threading.Barrier(len(known))

    def publish(desk: str) -> Any:
        own = Database(database.url, deadline=5.0)  # as another process has it: no lock of ours between them
        start.wait()
        try:
            return put(book, desk, wanted[desk], own)
        finally:
            own.dispose()

    with ThreadPoolExecutor(len(known)) as pool:
        done = list(pool.map(publish, known))
    assert sorted(one.version for one in done) == list(range(2, 2 + len(known)))
    rules = book.follow()
    for desk in known:
        assert [str(one.day) for one in rules.department(desk).hours.exceptional] == ["2027-03-01"], desk


def test_two_who_change_the_same_hours(book: Rulebook) -> None:
    """The second saw version 1: what the first has published since is neither lost nor overwritten."""
    first = hours(book, "housing", week=LONGER)
    other_day = hours(book, "housing", exceptional=[{"day": "2027-03-01", "hours": []}])
    same_day = hours(book, "housing", week={"monday-friday": ["10:00-14:00"]})
    put(book, "housing", first)
    done = put(book, "housing", same_day, based_on=1)
    assert isinstance(done, Behind)
    assert "departments.housing.hours.week.monday" in [conflict.place for conflict in done.conflicts]
    assert isinstance(put(book, "housing", other_day, based_on=1), Published)
    kept = book.follow().department("housing").hours
    assert kept.week[0][0].end == 17 * 60
    assert [str(one.day) for one in kept.exceptional] == ["2027-03-01"]


@pytest.mark.parametrize(
    ("wanted", "word"),
    [
        ({"week": {"monday": ["08:00-25:00"]}}, "clock"),
        ({"week": {"monday": ["15:00-08:00"]}}, "later"),
        ({"week": {"monday": ["08:00-12:00", "11:00-15:00"]}}, "overlap"),
        ({"week": {"moonday": []}}, "weekdays"),
        ({"week": {}, "holidays": {"Juhannus": []}}, "Juhannus"),
        ({"week": {}, "colour": "red"}, "colour"),
        ({}, "week"),
        ({"week": None}, "week"),
    ],
)
def test_malformed_hours_are_refused_with_place_reason_and_mend(book: Rulebook, wanted: Any, word: str) -> None:
    done = put(book, "housing", wanted)
    assert isinstance(done, Refused)
    assert done.reason == "unreadable"
    assert any("departments.housing.hours" in str(problem) for problem in done.problems), done.problems
    assert any(word in str(problem) for problem in done.problems), done.problems
    assert book.count() == 1


def test_refusals(book: Rulebook, database: Database) -> None:
    same, now = hours(book, "housing"), book.town.clock.now()
    assert put(book, "nobody", same) == Refused("unknown_department")
    assert put(book, "housing", same) == Refused("unchanged")
    assert put(book, "housing", same, based_on=99) == Refused("unknown_version")
    assert publishing.publish_hours(database, "housing", same, "liisa", " ", now) == Refused("no_reason")
    assert book.count() == 1


def test_an_old_warning_of_somebody_else_stops_nobody(book: Rulebook, database: Database) -> None:
    put(book, "streets", {"week": {}})
    wanted = hours(book, "housing", exceptional=[{"day": "2027-03-01", "hours": ["09:00-12:00"]}])
    now = book.town.clock.now()
    assert publishing.publish_hours(database, "housing", wanted, "liisa", "a training day", now) == Published(3)
