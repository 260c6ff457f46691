"""A city that keeps its rules in files publishes them whole; what was changed here meanwhile is kept."""

import json
from typing import Any

import pytest

from adapters.database import Database
from routing_rules.versions import publishing
from routing_rules.versions.model import Behind, Published, Refused
from routing_rules.versions.readying import LONGEST_DOCUMENT, Unchecked
from tests.support.rulebook import Change, Rulebook, grace, wait
from tests.support.services import Town


@pytest.fixture
def book(town: Town) -> Rulebook:
    return Rulebook(town)


@pytest.fixture
def database(town: Town) -> Database:
    return town.services.database


def file(book: Rulebook, *changes: Change) -> str:
    """As it would be exported now, and then written on."""
    written = book.written()
    for change in changes:
        change(written)
    return json.dumps(written)


def put(book: Rulebook, text: str, reason: str = "from the repository", **more: Any) -> Any:
    where, now = book.town.services.database, book.town.clock.now()
    return publishing.publish_document(where, text, "command line", reason, frozenset(), now, **more)


def test_it_becomes_a_version(book: Rulebook) -> None:
    assert put(book, file(book, grace("housing", 15))) == Published(2)
    assert (book.live().kind, book.live().author) == ("file", "command line")
    assert book.follow().department("housing").grace_minutes == 15


def test_what_was_changed_here_since_the_last_file_is_kept(book: Rulebook) -> None:
    text = file(book, grace("housing", 15))
    book.published(book.draft(wait("housing", 30)))
    assert put(book, text) == Published(3)
    again = json.loads(text)
    grace("housing", 20)(again)
    assert put(book, json.dumps(again)) == Published(4)
    rules = book.follow()
    assert (rules.department("housing").grace_minutes, rules.department("housing").overload_wait_minutes) == (20, 30)


def test_where_both_changed_one_place_both_are_shown_until_it_is_exported_again(book: Rulebook) -> None:
    text = file(book, grace("housing", 15))
    book.published(book.draft(grace("housing", 20)))
    done = put(book, text)
    assert isinstance(done, Behind)
    assert [conflict.place for conflict in done.conflicts] == ["departments.housing.grace_minutes"]
    assert book.live().version == 2
    assert put(book, file(book, grace("housing", 15)), based_on=2) == Published(3)


def test_an_error_stops_it(book: Rulebook) -> None:
    untrue = {"id": "e1", "at": "tuesday 10:00", "language": "fi", "topic": "housing", "leads_to": "closed"}
    done = put(book, file(book, lambda written: written.update(examples=[untrue])))
    assert isinstance(done, Unchecked)
    assert book.count() == 1


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "version: 1", "a: &a [*a]", "[" * 50_000, "\0", "x: \ud800"])
def test_what_is_no_ruleset_is_refused_with_its_reasons(book: Rulebook, text: str) -> None:
    done = put(book, text)
    assert isinstance(done, Refused)
    assert done.reason == "unreadable"
    assert done.problems
    assert book.count() == 1


def test_refusals(book: Rulebook) -> None:
    text = file(book)
    assert put(book, text) == Refused("unchanged")
    assert put(book, text, reason="") == Refused("no_reason")
    assert put(book, text, based_on=99) == Refused("unknown_version")
    assert put(book, " " * (LONGEST_DOCUMENT + 1)) == Refused("too_long")
    assert book.count() == 1
