"""A ring promised on a resident's behalf, in the talk: as told, owned by the agent, once, and only where it can be."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update

from adapters.schema import callback_event, callback_request, promise_told, waiting_caller
from callbacks.model import Refused, Window, code_of
from callbacks.planning import open_slots, ringing_department, room_in
from callbacks.service import Promises
from desks import service, wishes
from desks.talk import on_behalf
from desks.talk.on_behalf import Spoken
from desks.talk.times import Time
from desks.view.desk import desk_view
from queue_workers import reconcile
from tests.support.clock import TUESDAY
from tests.support.services import Town

OTHER = "050 765 4321"


@pytest.fixture
def town(texting_town: Town) -> Town:
    texting_town.agent("aino", desks=("advice", "housing"), languages=("fi", "sv"))
    return texting_town


def live(town: Town, topic: str = "general", desk: str = "advice", language: str = "fi") -> str:
    """A caller who talks with Aino; the offer's token."""
    line = town.caller(topic, language, desk)
    token = town.offered("aino")
    town.accept(token)
    town.act(lambda c: c.caller_joined(line))
    return token


def first_time(town: Town, token: str, topic: str = "housing") -> str:
    found = on_behalf.times(town.services, "aino", token, topic)
    assert found
    return found[0].code


def promised(town: Town, token: str, topic: str = "housing", window: str = "", number: str = "") -> Spoken:
    window = window or first_time(town, token, topic)
    made = on_behalf.promise(town.services, "aino", token, topic, window, number)
    assert isinstance(made, Spoken), made
    return made


def requests(town: Town) -> int:
    return len(town.every(callback_request))


def test_the_sentence_the_agent_reads_is_the_promise_on_record(town: Town) -> None:
    token = live(town)
    shown = on_behalf.times(town.services, "aino", token, "housing")
    assert shown
    made = promised(town, token, window=shown[0].code)
    row = town.promise(made.request_id)
    told = town.one(promise_told, request_id=made.request_id)
    assert made.words == shown[0].words == row["promise_words"] == told["words"]
    assert (told["via"], told["who"]) == ("agent", "aino")
    assert (row["window_start_at"], row["window_end_at"]) == (shown[0].window.start, shown[0].window.end)
    assert (row["owner_id"], row["department"], row["state"], row["kind"]) == ("aino", "housing", "requested", "slot")
    assert row["told"]
    assert not row["keyed_in"]
    assert len(made.code) == 6
    assert town.texts() == ["sms.promise"]
    assert town.one(callback_event, request_id=made.request_id)["who"] == "aino"


def test_the_talk_goes_on_and_the_card_shows_what_was_promised(town: Town) -> None:
    token = live(town)
    made = promised(town, token)
    card = desk_view(town.services, "aino").offer
    assert card is not None
    assert card.state == "connected"
    assert [(p.words, p.code) for p in card.promised] == [(made.words, made.code)]
    assert [one.request_id for one in card.open_requests] == [made.request_id]
    assert service.note_outcome(town.services, "aino", token, "done")


def test_the_language_is_the_residents_not_the_agents(town: Town) -> None:
    token = live(town, language="sv")
    found = on_behalf.times(town.services, "aino", token, "housing")
    assert found
    assert found[0].words.startswith("Vi ringer dig om ditt boendeärende")
    made = promised(town, token)
    assert made.language == town.promise(made.request_id)["language"] == "sv"


@pytest.mark.parametrize("topic", ["housing", "water"])
def test_the_same_key_twice_is_one_promise_also_in_an_urgent_matter(town: Town, topic: str) -> None:
    token = live(town)
    window = first_time(town, token, topic)
    first, second = promised(town, token, topic, window), promised(town, token, topic, window)
    assert first == second
    assert requests(town) == 1
    assert len(town.every(promise_told)) == 1


def test_a_full_window_is_refused_and_nothing_is_made(town: Town) -> None:
    token = live(town, language="sv")  # one agent a day speaks Swedish: a window is full soon
    found = on_behalf.times(town.services, "aino", token, "housing")
    assert found
    while (after := on_behalf.times(town.services, "aino", token, "housing")) and after[0].code == found[0].code:
        _promise_to_somebody(town, found[0].window)
    before = requests(town)
    assert on_behalf.promise(town.services, "aino", token, "housing", found[0].code) == Refused("full")
    assert requests(town) == before


def test_an_urgent_ring_is_promised_in_a_full_calendar(town: Town) -> None:
    token = live(town, language="sv")
    department = ringing_department(town.rules, "water", "sv", town.clock.now())
    soonest = open_slots(town.rules, department, town.clock.now())[0]
    for _ in range(room_in(town.rules, department, "sv", soonest)):
        _promise_to_somebody(town, soonest, "water")
    assert promised(town, token, "water", first_time(town, token, "water")).request_id
    assert first_time(town, token, "water") == code_of(soonest)


def _promise_to_somebody(town: Town, window: Window, topic: str = "housing") -> None:
    sid = town.new_sid()
    number, now = f"+35840{2_000_000 + town.calls}", town.clock.now()
    town.within(
        lambda tx: Promises(town.services, tx, town.rules).make(
            e164=number, topic=topic, language="sv", kind="slot", window=window, line_time=now, call_sid=sid
        )
    )


@pytest.mark.parametrize("window", ["", "0", "-5", "asap", "99999999999", "²", "1 OR 1"])
def test_a_window_that_nobody_offered_is_refused(town: Town, window: str) -> None:
    token = live(town)
    assert on_behalf.promise(town.services, "aino", token, "housing", window) == Refused("full")
    assert requests(town) == 0


@pytest.mark.parametrize("topic", ["housing-building-water", "opening-hours", "nothing-of-the-kind", ""])
def test_a_topic_that_nobody_rings_about_is_refused(town: Town, topic: str) -> None:
    token = live(town)
    window = first_time(town, token)
    assert on_behalf.times(town.services, "aino", token, topic) is None
    assert on_behalf.promise(town.services, "aino", token, topic, window) == Refused("topic")
    assert requests(town) == 0


@pytest.mark.parametrize(
    ("number", "reason"),
    [("112", "emergency"), ("0600 12345", "premium"), ("+46701234567", "foreign"), ("hello", "withheld"),
     ("01", "malformed"), ("+358175550100", "own"), ("0700123456", "premium")],
)  # fmt: skip
def test_a_typed_number_passes_the_rules_of_keyed_in_ones(town: Town, number: str, reason: str) -> None:
    token = live(town)
    window = first_time(town, token)
    assert on_behalf.promise(town.services, "aino", token, "housing", window, number) == Refused(reason)
    assert requests(town) == 0


def test_another_number_is_rung_with_neutral_first_words(town: Town) -> None:
    token = live(town)
    made = promised(town, token, number=OTHER)
    row = town.promise(made.request_id)
    assert row["keyed_in"]
    assert row["asked_by_number_id"] is not None


def test_a_withheld_caller_is_refused_until_a_number_is_typed(town: Town) -> None:
    line = town.caller("general", "fi", "advice")
    stay = update(waiting_caller).where(waiting_caller.c.id == line)
    town.within(lambda tx: tx.connection.execute(stay.values(number_id=None)))
    token = town.offered("aino")
    town.accept(token)
    town.act(lambda c: c.caller_joined(line))
    card = desk_view(town.services, "aino").offer
    assert card is not None
    assert card.not_rung == "withheld"
    assert card.next_time is None
    window = first_time(town, token)
    assert on_behalf.promise(town.services, "aino", token, "housing", window) == Refused("withheld")
    assert town.promise(promised(town, token, window=window, number=OTHER).request_id)["keyed_in"]


def test_an_open_request_about_the_same_is_moved_to_the_time_that_is_told(town: Town) -> None:
    token = live(town)
    found = on_behalf.times(town.services, "aino", token, "housing")
    assert found
    assert len(found) > 1
    first = promised(town, token, window=found[0].code)
    second = promised(town, token, window=found[1].code)
    assert second.request_id == first.request_id
    assert second.words == found[1].words != first.words
    assert town.promise(first.request_id)["window_start_at"] == found[1].window.start
    assert [row["via"] for row in town.every(promise_told)] == ["agent", "agent"]


def test_a_time_with_an_interpreter_is_not_moved_by_another_promise(town: Town) -> None:
    token = live(town)
    made = promised(town, token)
    assert wishes.with_interpreter(town.services, "aino", made.request_id, TUESDAY + timedelta(hours=4), "Dari") is True
    before, told = town.promise(made.request_id), town.every(promise_told)
    refused = on_behalf.promise(town.services, "aino", token, "housing", first_time(town, token))
    assert refused == Refused("interpreter")
    assert (town.promise(made.request_id), town.every(promise_told)) == (before, told)


def test_the_matter_in_hand_is_not_promised_anew(town: Town) -> None:
    request = town.request("housing")
    token = town.talking("aino")
    window = first_time(town, token)
    assert on_behalf.promise(town.services, "aino", token, "housing", window) == Refused("same_matter")
    other = promised(town, token, "daycare")
    assert other.request_id != request
    assert town.promise(request)["state"] == "connected"


def _ends_by_her_leg(town: Town, token: str) -> None:
    town.act(lambda c: c.talk_over(token))
    _ends_by_the_outcome(town, token)


def _ends_by_the_outcome(town: Town, token: str) -> None:
    assert service.note_outcome(town.services, "aino", token, "done")


def _ends_unnoted(town: Town, token: str) -> None:
    town.act(lambda c: c.talk_over(token))
    town.clock.pass_(minutes=4)
    reconcile.overdue_offers(town.services)


@pytest.mark.parametrize("ends", [_ends_by_her_leg, _ends_by_the_outcome, _ends_unnoted])
@pytest.mark.parametrize("choice", [0, 1])  # the time that stands already, told again; another one
def test_what_she_rang_in_about_and_is_promised_anew_outlives_the_talk(
    town: Town, ends: Callable[[Town, str], None], choice: int
) -> None:
    first = town.request()
    line = town.caller(request_id=first)
    token = town.offered("aino")
    found = _met(town, token, line)
    town.within(lambda tx: Promises(town.services, tx, town.rules).move(first, found[0].window, "service"))
    made = promised(town, token, window=found[choice].code)
    assert made.request_id == first
    town.clock.pass_(minutes=2)
    ends(town, token)
    row = town.promise(first)
    assert (row["state"], row["window_start_at"]) == ("requested", found[choice].window.start)
    assert town.every(promise_told, request_id=first, verdict=None)
    town.act(lambda c: c.agent_leg_ended(token, "completed"))
    town.clock.business = row["due_at"]
    service.heartbeat(town.services, "aino")
    assert town.offer(town.offered("aino"))["request_id"] == first


def _met(town: Town, token: str, line: str) -> tuple[Time, ...]:
    """They talk; the times that she can promise."""
    town.accept(token)
    town.act(lambda c: c.caller_joined(line))
    return on_behalf.times(town.services, "aino", token, "housing") or ()


def test_nothing_is_promised_by_another_agent_or_after_the_talk(town: Town) -> None:
    token = live(town)
    window = first_time(town, token)
    town.agent("bo", desks=("housing",))
    assert on_behalf.promise(town.services, "bo", token, "housing", window) is None
    assert on_behalf.times(town.services, "bo", token, "housing") is None
    assert service.note_outcome(town.services, "aino", token, "done")
    assert on_behalf.promise(town.services, "aino", token, "housing", window) is None
    assert on_behalf.promise(town.services, "aino", "no-such-token", "housing", window) is None
    assert requests(town) == 0


def test_she_may_still_promise_while_she_notes_the_outcome(town: Town) -> None:
    token = live(town)
    town.clock.pass_(minutes=2)
    town.act(lambda c: c.talk_over(token))
    assert town.offer(token)["state"] == "wrapup"
    promised(town, token)


def test_an_offer_that_only_rings_promises_nothing(town: Town) -> None:
    town.caller("general", "fi", "advice")
    token = town.offered("aino")
    assert on_behalf.times(town.services, "aino", token, "housing") is None
    assert on_behalf.promise(town.services, "aino", token, "housing", "1") is None


def test_the_card_promises_the_next_free_time_of_the_topic(town: Town) -> None:
    token = live(town, "housing", "housing")
    card = desk_view(town.services, "aino").offer
    assert card is not None
    assert card.next_time is not None
    assert (card.next_time.topic, card.next_time.code) == ("housing", first_time(town, token))
    assert card.next_time.window_start - town.clock.now() < timedelta(days=3)
