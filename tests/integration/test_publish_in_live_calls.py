"""A publication in the middle of two hundred calls: each goes on by the version it began with, and ends well."""

import re
from typing import Any

import pytest
from sqlalchemy import func, select

from adapters.schema import call, callback_request, waiting_caller
from desks.store import CALLER
from queue_workers import after_hours
from routing_rules.versions.model import Published
from routing_rules.versions.readying import Unchecked
from tests.support.rulebook import Rulebook, of
from tests.support.services import Town
from tests.support.telephone import Telephone
from wsgi import create_app

CALLS = 200
GONE = ("housing", "waterworks")  # departments, with the branch of the menu that leads to them
BRANCH = "housing-building-water"
FINNISH, SWEDISH = ("1", "1", "1"), ("2", "1", "1")  # to rented homes, where Aino answers in Finnish only
WISH = ("2",)  # in Swedish, later
ENDS = re.compile(r"<(Hangup|Enqueue)")
MOST_STEPS = 8


def without_housing(written: Any) -> None:
    """Topics and departments that calls are on their way to are gone, and another key leads to what stays."""
    written["topics"] = [topic for topic in written["topics"] if BRANCH not in (topic["id"], topic.get("parent"))]
    written["departments"] = [one for one in written["departments"] if one["id"] not in GONE]
    written["rules"], written["examples"] = [], []  # those that name them
    of(written, "departments", "streets")["name"] = {"fi": "Kadut", "sv": "Gator", "en": "Streets"}


def published(book: Rulebook) -> None:
    draft = book.draft(without_housing)
    done = book.publish(draft)
    if isinstance(done, Unchecked):
        assert {finding.level for finding in done.findings} == {"warning"}, done
        done = book.publish(draft, ticked=frozenset(finding.key for finding in done.findings))
    assert isinstance(done, Published)
    assert book.follow().version == done.version


def begun(town: Town, number: int, client: Any) -> Telephone:
    """Held at the greeting, in the top menu, in the branch, in the line, or at the question in Swedish."""
    telephone = Telephone(client, f"+35840{2_000_000 + number}", f"CA{number:032x}")
    telephone.rings()
    keys = SWEDISH if number % 5 == 4 else FINNISH[: number % 5]
    for key in keys:
        telephone.presses(key)
    return telephone


def goes_on(telephone: Telephone, keys: tuple[str, ...]) -> str:
    """The remaining keys, then 1 until the call is in the line or over; the last document."""
    for key in keys:
        telephone.presses(key)
    for _ in range(MOST_STEPS):
        if ENDS.search(telephone.heard[-1]):
            return telephone.heard[-1]
        telephone.presses("1")
    raise AssertionError(f"no end after {len(telephone.heard)} documents: {telephone.heard[-1]}")


@pytest.mark.parametrize("record", ["postgresql"], indirect=True)
def test_every_call_goes_on_and_ends_well(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    book, client = Rulebook(town), create_app(town.services).test_client()
    town.agent("aino")
    calls = [begun(town, number, client) for number in range(CALLS)]
    before = [len(telephone.heard) for telephone in calls]
    published(book)
    assert not {d.id for d in town.rules.departments} & set(GONE)
    ends = [goes_on(one, WISH if n % 5 == 4 else FINNISH[n % 5 :]) for n, one in enumerate(calls)]
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []
    assert sum("<Enqueue" in end for end in ends) == CALLS * 4 // 5
    assert all(len(one.heard) > was for n, (one, was) in enumerate(zip(calls, before, strict=True)) if n % 5 != 3)
    stays = town.every(CALLER)
    assert {(row["topic"], row["ruleset_version"]) for row in stays} == {("housing", 1)}
    promises = town.every(callback_request)
    assert {(row["topic"], row["language"], row["ruleset_version"]) for row in promises} == {("housing", "sv", 1)}
    assert (len(stays), len(promises)) == (CALLS * 4 // 5, CALLS // 5)
    with town.services.database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(call)) == CALLS


@pytest.mark.parametrize("key", ["1", "2", "5", "9", "0", "*", ""])
def test_any_key_in_a_menu_that_is_gone_means_what_was_said(town: Town, key: str) -> None:
    """The menu she heard is the menu she answers; the next call hears the new one."""
    book = Rulebook(town)
    client = create_app(town.services).test_client()
    late, as_ever = (Telephone(client, f"+35840200000{n}", f"CA{n:032x}") for n in (1, 2))
    for telephone in (late, as_ever):
        telephone.rings()
        telephone.presses("1")
        telephone.presses("1")
    as_it_would_have = as_ever.presses(key) if key else as_ever.waits()
    published(book)
    said = late.presses(key) if key else late.waits()
    assert shown(said) == shown(as_it_would_have)


def shown(document: str) -> str:
    """Without what differs from call to call."""
    return re.sub(r"[?&][^\"]*|m-[a-z0-9]+", "", document)


def test_who_waits_at_a_desk_that_is_gone_is_led_on(town: Town) -> None:
    """Nobody is left in a line that no rules know: as at closing time, she is asked to choose."""
    book, client = Rulebook(town), create_app(town.services).test_client()
    town.agent("aino")
    telephone = begun(town, 3, client)
    assert "<Enqueue" in telephone.heard[-1]
    telephone.post(waits := telephone.wait_url())
    published(book)
    town.agent("eevi", desks=("extended",))
    after_hours.settle(town.services)
    (stay,) = town.every(waiting_caller)
    assert (stay["state"], stay["desk"]) == ("closing", "housing")
    assert town.ordered("ask_to_choose") == [stay["id"]]
    town.carry_out()
    assert "<Leave" in telephone.post(waits)
