"""What comes when it should not: replayed after the end, for what is gone, at a time that is none, or twice at once."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from adapters.schema import callback_request, metadata, receipt, route_decision
from callbacks.model import Refused
from callbacks.numbers import callable_number
from callbacks.service import Promises
from desks.store import CALLER
from routing_rules.service import RulesHolder
from tests.support.services import CITY, Town, empty_record, sample_rules
from tests.support.telephone import Telephone

CALL = "CA" + "1" * 32


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    made = Town.over(empty_record("sqlite", tmp_path), SMS_SENDER=CITY)
    yield made
    made.services.database.dispose()


def record(town: Town) -> dict[str, list[str]]:
    return {table.name: sorted(map(repr, town.every(table))) for table in metadata.sorted_tables}


def promised(town: Town) -> tuple[Telephone, list[tuple[str, str]]]:
    """A call that ends with a promise, and every webhook of it as it was sent."""
    telephone, sent = Telephone.at(town), []
    telephone.rings()
    for key in ("1", "1", "1", "1", "1"):
        sent.append((telephone.next_url(), key))
        telephone.presses(key)
        if town.every(callback_request):
            break
    assert len(town.every(callback_request)) == 1
    return telephone, sent


@pytest.mark.parametrize("over", [False, True], ids=["the matter is open", "the matter was called off"])
def test_every_request_of_a_call_replayed_after_its_end_changes_nothing(town: Town, over: bool) -> None:
    """The provider's signature holds for ever and covers no header: at once, an hour and a week later. A menu that
    is asked again notes again why it leads where it leads; that note is the only row that is added anywhere."""
    telephone, sent = promised(town)
    telephone.send("/voice/status", CallStatus="completed", CallDuration="60")
    if over:  # nothing of hers stands in the way of a second promise, but that her call has ended
        matter = str(town.one(callback_request)["id"])
        town.within(lambda tx: Promises(town.services, tx, town.rules).called_off(matter))
    before, why = record(town), town.every(route_decision)
    assert before["receipt"]
    assert before["call"]
    for hours in (0, 1, 168):
        town.clock.pass_(minutes=60 * hours)
        for url, key in sent:
            telephone.post(url, Digits=key)
        telephone.send("/voice/status", CallStatus="completed", CallDuration="60")
        telephone.rings()
    after, notes = record(town), town.every(route_decision)
    assert {**after, "route_decision": []} == {**before, "route_decision": []}
    assert notes[: len(why)] == why
    assert {repr({**one, "id": 0, "at": 0}) for one in notes} == {repr({**one, "id": 0, "at": 0}) for one in why}
    assert len(town.every(callback_request)) == 1


def test_every_request_of_a_call_replayed_under_another_calls_name_makes_no_second_promise(town: Town) -> None:
    """A thief of addresses has no token to sign with; even signed, one number and topic have one open request."""
    _, sent = promised(town)
    other = Telephone.at(town, sid="CA" + "2" * 32)
    other.rings()
    for url, key in sent:
        other.post(url, Digits=key)
    assert len(town.every(callback_request)) == 1


def test_our_own_number_and_the_one_it_shows_are_never_rung_back() -> None:
    """A loop that the city would pay for: our numbers are refused in every spelling."""
    for raw in (CITY, CITY.replace("+358", "0"), CITY.replace("+", "00"), f"tel:{CITY}", f"{CITY[:4]} {CITY[4:]}"):
        assert isinstance(callable_number(raw, frozenset({CITY}), ("FI",)), Refused), raw


@pytest.mark.parametrize("key", ["1", "2", "9", "*", ""])
def test_a_topic_and_a_department_that_are_gone_lead_to_people_all_the_same(town: Town, key: str) -> None:
    """A supervisor has published rules without them while the caller listened; the version of her call is lost, too."""
    rules = sample_rules()
    kept = tuple(one for one in rules.topics if "housing" not in (one.id, one.parent, one.department))
    town.services = replace(town.services, rules=RulesHolder(replace(rules, version=2, topics=kept)))
    telephone = Telephone.at(town)
    for name in ("topic", "offer", "number", "wait", "left", "message", "desk-over"):
        telephone.post(f"/voice/step/{name}?lang=fi&n=x&t=gone&v=77", Digits=key)
        telephone.post(f"/voice/step/{name}?lang=fi&n=y&t=housing&v=1", Digits=key)
    desks = {department.id for department in rules.departments}
    assert {row["desk"] for table in (callback_request, CALLER) for row in town.every(table)} <= desks
    town.agent("ulla", desks=tuple(desks))
    assert not town.every(CALLER) or town.deal() == 1, "whoever waits is dealt to people"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (datetime(2026, 3, 29, 3, 30), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),  # there is no such half hour: 4.30
        (datetime(2026, 10, 25, 3, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # there are two: the first
    ],
)
def test_a_time_that_is_none_or_two_is_one_moment(written: datetime, meant: datetime) -> None:
    assert written.replace(tzinfo=ZoneInfo("Europe/Helsinki")).astimezone(UTC) == meant


def test_an_agent_who_accepts_twice_at_once_has_one_talk(town: Town) -> None:
    town.agent("aino")
    town.request()
    token = town.offered("aino")
    answers: list[str] = []
    barrier = threading.Barrier(4)

    def accepts(leg: str) -> None:
        barrier.wait()
        answers.append(town.accept(token, leg))

    legs = [f"CA{letter * 32}" for letter in "abcd"]
    threads = [threading.Thread(target=accepts, args=(leg,)) for leg in legs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum("<Number" in answer for answer in answers) == 1, "she is led to the resident once"
    assert town.promise(str(town.offer(token)["request_id"]))["attempts"] == 1
    assert len(town.every(receipt)) <= 1
