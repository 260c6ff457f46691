"""The promise through its life: missed, moved, unreached, cancelled, and the resident who rings in about it."""

from datetime import timedelta

import pytest

from adapters.database import Transaction
from adapters.schema import callback_event, metadata, text_message
from callbacks.model import Window
from callbacks.service import Promises
from desks import service
from queue_workers import effects, reconcile
from tests.support.services import Town


def missed(town: Town, status: str = "no-answer") -> None:
    """The next ring: offered, accepted, and over without a talk."""
    token = town.offered("aino")
    town.accept(token)
    town.act(lambda c: c.ring_over(token, status))


def when_due(town: Town, request: str) -> None:
    due = town.promise(request)["due_at"]
    town.clock.pass_(seconds=max(0.0, (due - town.clock.now()).total_seconds()))
    service.heartbeat(town.services, "aino")


def events(town: Town, request: str) -> list[str]:
    return [row["event"] for row in town.every(callback_event, request_id=request)]


# --- rings that reach nobody --------------------------------------------------------------------------------------


def test_three_missed_rings_leave_it_unreached_with_words_to_the_resident(texting_town: Town) -> None:
    town = texting_town
    town.agent("aino")
    request = town.request()
    rang = []
    for _ in range(3):
        when_due(town, request)
        rang.append(town.clock.now())
        missed(town)
    row = town.promise(request)
    assert (row["state"], row["attempts"]) == ("unreached", 3)
    assert [later - earlier for earlier, later in zip(rang, rang[1:], strict=False)] == [timedelta(minutes=30)] * 2
    assert town.items() == ["unreached"]
    assert town.texts() == ["sms.missed-1", "sms.missed-2", "sms.promise", "sms.unreached"]
    assert events(town, request) == ["request", *(["claim", "accept", "missed"] * 2), "claim", "accept", "exhausted"]
    assert town.deal() == 0


def test_without_a_sender_everything_still_happens_and_no_text_is_ordered(town: Town) -> None:
    town.agent("aino")
    request = town.request()
    for _ in range(3):
        when_due(town, request)
        missed(town)
    assert town.promise(request)["state"] == "unreached"
    assert (town.texts(), town.items()) == ([], ["unreached"])


@pytest.mark.parametrize(("status", "minutes"), [("no-answer", 30), ("canceled", 30), ("failed", 30), ("busy", 10)])
def test_how_soon_it_is_rung_again(town: Town, status: str, minutes: int) -> None:
    town.agent("aino")
    request = town.request()
    place = town.promise(request)["line_time_at"]
    missed(town, status)
    row = town.promise(request)
    assert (row["state"], row["kind"]) == ("requested", "retry")
    assert row["due_at"] - town.clock.now() == timedelta(minutes=minutes)
    assert row["line_time_at"] == place
    assert town.held("aino") is None


def test_a_miss_told_twice_is_one_miss(town: Town) -> None:
    town.agent("aino")
    request = town.request()
    token = town.offered("aino")
    town.accept(token)
    assert [town.act(lambda c: c.ring_over(token, "no-answer")) for _ in range(2)] == [True, False]
    assert events(town, request).count("missed") == 1


def test_a_machine_hears_a_message_and_the_agent_is_free(town: Town) -> None:
    town.agent("aino")
    request = town.request()
    token = town.talking()
    assert service.note_outcome(town.services, "aino", token, "machine")
    assert town.ordered("leave_message") == [token]
    assert town.ordered("end_leg") == []  # her leg ends with the message, not before it
    assert town.promise(request)["state"] == "requested"
    assert town.held("aino") is None


def test_a_bad_moment_is_rung_again_when_the_resident_said(texting_town: Town) -> None:
    town = texting_town
    town.agent("aino")
    request = town.request()
    token = town.talking()
    assert service.note_outcome(town.services, "aino", token, "bad_moment", "in the car", 90)
    row = town.promise(request)
    assert (row["state"], row["due_at"]) == ("requested", town.clock.now() + timedelta(minutes=90))
    assert "sms.moved-1" in town.texts()


def test_a_bad_moment_after_the_last_ring_is_still_a_promise(town: Town) -> None:
    town.agent("aino")
    request = town.request()
    for _ in range(2):
        when_due(town, request)
        missed(town)
    when_due(town, request)
    service.note_outcome(town.services, "aino", town.talking(), "bad_moment", "", 45)
    assert town.promise(request)["state"] == "requested"


@pytest.mark.parametrize("minutes", [0, -5, 14 * 24 * 60 + 1])
def test_a_time_nobody_can_mean_is_refused(town: Town, minutes: int) -> None:
    town.agent("aino")
    town.request()
    token = town.talking()
    assert service.note_outcome(town.services, "aino", token, "bad_moment", "", minutes) is False
    assert town.offer(token)["state"] == "connected"


# --- the ends -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("outcome", "state"), [("done", "done"), ("cancelled", "cancelled")])
@pytest.mark.parametrize("since", ["dialing", "connected", "wrapup"])
def test_noted_from_wherever_the_talk_had_come(town: Town, since: str, outcome: str, state: str) -> None:
    town.agent("aino")
    request = town.request()
    token = town.offered("aino")
    town.accept(token)
    if since != "dialing":  # done from dialing: the news that the resident answered was lost
        town.act(lambda c: c.resident_answered(token))
    if since == "wrapup":
        town.act(lambda c: c.talk_over(token))
    assert service.note_outcome(town.services, "aino", token, outcome, "rent")
    row = town.promise(request)
    assert (row["state"], row["outcome"], row["closed_at"]) == (state, outcome, town.clock.now())
    assert town.ordered("end_leg") == ([] if since == "wrapup" else ["CA" + "a" * 32])
    assert service.note_outcome(town.services, "aino", token, "machine") is False


def test_unreached_for_a_fortnight_expires(town: Town) -> None:
    town.agent("aino")
    request = town.request()
    for _ in range(3):
        when_due(town, request)
        missed(town)
    town.clock.business += timedelta(days=13, hours=23)
    reconcile.expire(town.services)
    assert town.promise(request)["state"] == "unreached"
    town.clock.business += timedelta(hours=2)
    reconcile.expire(town.services)
    assert (town.promise(request)["state"], town.items()) == ("expired", [])


# --- the resident rings in ----------------------------------------------------------------------------------------


def test_who_rings_in_about_an_unreached_matter_stands_at_her_old_place_and_is_served(town: Town) -> None:
    town.agent("aino")
    first_rang = town.clock.now()
    request = town.request()
    for _ in range(3):
        when_due(town, request)
        missed(town)
    before = town.promise(request)["line_time_at"]
    town.clock.pass_(minutes=20)
    service.heartbeat(town.services, "aino")
    waiting = town.caller()
    line = town.caller(request_id=request)
    assert town.stay(line)["line_time_at"] == before
    assert first_rang == before < town.stay(waiting)["line_time_at"]
    assert town.promise(request)["state"] == "requested"
    token = town.offered("aino")
    assert town.offer(token)["caller_id"] == line  # before the one who rang earlier, and never as a callback too
    town.accept(token)
    town.act(lambda c: c.caller_joined(line))
    assert service.note_outcome(town.services, "aino", token, "done")
    assert (town.promise(request)["state"], town.stay(line)["state"]) == ("done", "done")


def test_a_second_wish_about_the_same_matter_joins_the_first(town: Town) -> None:
    now = town.clock.now()
    windows = [Window(now + timedelta(hours=h), now + timedelta(hours=h + 1)) for h in (0, 1)]
    made = [_made(town, "housing", window) for window in windows]
    assert made[0][0] == made[1][0]
    assert (made[0][1], made[1][1]) == (False, True)
    assert town.promise(made[0][0])["window_end_at"] == windows[0].end


def test_an_urgent_matter_is_never_a_duplicate(town: Town) -> None:
    now = town.clock.now()
    window = Window(now, now + timedelta(hours=1))
    made = [_made(town, "water", window) for _ in range(2)]
    assert made[0][0] != made[1][0]


def test_a_new_time_that_cannot_be_told_is_on_the_supervisors_list(town: Town, texting_town: Town) -> None:
    for one, untold in ((town, ["untold"]), (texting_town, [])):
        request = one.request()
        start = one.clock.now() + timedelta(hours=3)
        window = Window(start, start + timedelta(hours=2))
        assert _moved(one, request, window)
        row = one.promise(request)
        assert (row["due_at"], row["window_end_at"], row["kind"]) == (start, window.end, "slot")
        assert one.items() == untold
        assert row["told"] is (untold == [])
        one.within(lambda tx: _forget(tx))


def test_a_text_is_sent_once_in_the_residents_language(texting_town: Town) -> None:
    town = texting_town
    town.request(language="sv")
    [order] = town.orders()
    assert effects.carry_out(town.services, order["id"]) is True
    assert effects.carry_out(town.services, order["id"]) is False
    assert [o.to for o in town.gateway.ordered("text")] == ["+358401000001"]
    [message] = town.every(text_message)
    assert (message["language"], message["status"]) == ("sv", "sent")


def _made(town: Town, topic: str, window: Window) -> tuple[str, bool]:
    made: tuple[str, bool] = town.within(lambda tx: _make(town, tx, topic, window))
    return made


def _moved(town: Town, request: str, window: Window) -> object:
    return town.within(lambda tx: Promises(town.services, tx, town.rules).move(request, window, "service"))


def _make(town: Town, tx: Transaction, topic: str, window: Window) -> tuple[str, bool]:
    return Promises(town.services, tx, town.rules).make(
        e164="+358405550001", topic=topic, language="fi", kind="slot", window=window, line_time=window.start,
        call_sid=town.new_sid(),
    )  # fmt: skip


def _forget(tx: Transaction) -> None:
    for table in reversed(metadata.sorted_tables):
        tx.connection.execute(table.delete())
