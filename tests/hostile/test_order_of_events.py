"""What comes when it should not: replayed after the end, for what is gone, at a time that is none, or twice at once."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from adapters.schema import callback_request, metadata, phone_number, receipt, route_decision
from callbacks.model import Refused, Window
from callbacks.numbers import callable_number
from callbacks.service import Promises
from console.moments import written_moment
from desks.store import CALLER
from routing_rules.model import Hours, Interval
from routing_rules.opening_hours import is_open, next_opening
from routing_rules.service import RulesHolder
from tests.support.services import CITY, Town, empty_record, sample_rules
from tests.support.telephone import Telephone

HELSINKI = ZoneInfo("Europe/Helsinki")


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


@pytest.mark.parametrize("shown", [CITY, "+358501234567"], ids=["the city's number", "the number that our calls show"])
def test_a_call_that_comes_from_one_of_our_own_numbers_ends_in_no_callback(tmp_path: Path, shown: str) -> None:
    """So does one of ours arrive that a resident's telephone leads back here. Which of her numbers it was led on by
    nobody reads: the provider does not promise to tell. No promise is made to it, nor to ours keyed in."""
    town = Town.over(empty_record("sqlite", tmp_path), SMS_SENDER=CITY, CALLER_ID="+358501234567")
    telephone = Telephone.at(town, number=shown)
    telephone.post("/voice/incoming", ForwardedFrom="+358409999999")
    for key in ("1", "1", "1", "1"):
        telephone.presses(key)
    assert "/voice/step/key-number" in telephone.next_url(), "she is asked for a number of her own"
    for ours in (CITY, "+358501234567"):
        telephone.presses(ours.replace("+358", "0"))
    assert town.every(callback_request) == []
    assert town.every(phone_number) == []
    town.services.database.dispose()


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


NIGHT = (*((),) * 6, (Interval(3 * 60 + 30, 8 * 60),))  # Sundays 3.30-8.00


@pytest.mark.parametrize(
    ("eve", "opens", "told"),
    [  # there is no half past three: the desk opens at four; there are two: it opens at the first
        ("2026-03-28T18:00Z", "2026-03-29T01:00Z", "huomenna kello neljän ja kuuden välillä"),
        ("2026-10-24T18:00Z", "2026-10-25T00:30Z", "kello kolmen kolmenkymmenen ja neljän kolmenkymmenen välillä"),
    ],
)
def test_a_desk_that_opens_at_a_time_that_is_none_or_two_promises_one_moment(
    town: Town, eve: str, opens: str, told: str
) -> None:
    rules, begins = sample_rules(), datetime.fromisoformat(opens)
    at_night = tuple(replace(one, hours=Hours(NIGHT)) for one in rules.departments)
    town.services = replace(town.services, rules=RulesHolder(replace(rules, version=2, departments=at_night)))
    town.clock.business = datetime.fromisoformat(eve)
    hours, minute = town.rules.department("housing").hours, timedelta(minutes=1)
    assert next_opening(hours, town.clock.now(), HELSINKI) == begins
    assert [is_open(hours, begins + one * minute, HELSINKI) for one in (-61, -31, -1, 0, 30, 60)] == [False] * 3 + [
        True
    ] * 3
    kind, window = town.within(lambda tx: Promises(town.services, tx, town.rules).window("housing", "fi", "", None))
    assert (kind, window) == ("slot", Window(begins, begins + timedelta(hours=2)))
    assert told in town.within(lambda tx: Promises(town.services, tx, town.rules).words("fi", "housing", window))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-03-29T03:30", "2026-03-29T01:30Z"),  # there is no such half hour: 4.30
        ("2026-10-25T03:30", "2026-10-25T00:30Z"),  # there are two: the first
        ("2026-11-24T23:59", "2026-11-24T21:59Z"),
        *((none, None) for none in ("0000-00-00T00:00", "asap?", "2026-11-24T10:00+99:00", "2026-W48-2", "now")),
    ],
)
def test_a_moment_that_a_supervisor_writes_is_one_or_none(written: str, meant: str | None) -> None:
    read = written_moment(written, HELSINKI)
    assert (read and read.astimezone(UTC)) == (meant and datetime.fromisoformat(meant))


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
