"""The promise ledger: every window as it was told, judged by what happened, in the transaction in which it happened."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from adapters.database import Transaction
from adapters.schema import promise_told, text_message
from callbacks import ledger, store
from callbacks.making import Making, Wanted
from callbacks.model import Window
from callbacks.service import Promises
from desks import service, wishes
from desks.supervision import overview_store
from queue_workers import after_hours, text_effects
from tests.support.clock import TUESDAY
from tests.support.services import Town

EVENING = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)  # 20.00 in Helsinki: housing is closed, evening advice is open
LAST_CLOSES = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
AFTERNOON = Window(TUESDAY + 2 * HOUR, TUESDAY + 4 * HOUR)


def rows(town: Town, request: str) -> list[dict[str, Any]]:
    found = town.every(promise_told, request_id=request)
    return [dict(row) for row in sorted(found, key=lambda row: (row["at"], row["verdict"] is None))]


def verdicts(town: Town, request: str) -> list[tuple[str, str | None]]:
    return [(row["via"], row["verdict"]) for row in rows(town, request)]


def later(town: Town, **time: float) -> None:
    town.clock.business += timedelta(**time)


def promises(town: Town, work: Any) -> Any:
    return town.within(lambda tx: work(Promises(town.services, tx, town.rules)))


def rung(town: Town, status: str = "no-answer") -> str:
    token = town.offered("aino")
    town.accept(token)
    town.act(lambda c: c.ring_over(token, status))
    return token


def lost(town: Town, request: str, body: str, tx: Transaction) -> None:
    text_effects.untold(town.services, tx, request, body)


def ended(town: Town) -> int:
    return ledger.judge_ended(town.services)


# --- as told ------------------------------------------------------------------------------------------------------


def test_a_promise_stands_in_the_words_and_the_window_she_heard(town: Town) -> None:
    request = town.request()
    [row] = rows(town, request)
    held = town.promise(request)
    assert (row["words"], row["window_start_at"], row["window_end_at"]) == (
        held["promise_words"], held["window_start_at"], held["window_end_at"],
    )  # fmt: skip
    assert (row["who"], row["via"], row["kind"], row["at"]) == ("caller", "voice", "asap", town.clock.now())
    assert (row["verdict"], row["judged_at"], row["rung_at"]) == (None, None, None)


def test_one_promise_of_a_request_is_open_at_a_time(town: Town) -> None:
    request = town.request()
    [row] = rows(town, request)
    with pytest.raises(IntegrityError):
        town.within(lambda tx: tx.connection.execute(insert(promise_told).values(**{**row, "id": "second"})))


def test_an_agents_promise_is_hers(town: Town) -> None:
    agent = town.agent("aino")
    wanted = Wanted(
        "+358405550001", "housing", "fi", "slot", AFTERNOON, town.clock.now(), "CA" + "9" * 32, by=agent, via="agent"
    )
    made = promises(town, lambda p: Making(p).make(wanted))
    [row] = rows(town, made.request_id)
    assert (row["who"], row["via"]) == ("aino", "agent")
    assert town.promise(made.request_id)["owner_id"] == "aino"


# --- judged by the ring -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "verdict"), [(0, "kept"), (60, "kept"), (60.02, "late"), (150, "late")], ids=str)
def test_the_first_ring_decides(town: Town, minutes: float, verdict: str) -> None:
    town.agent("aino")
    request = town.request(minutes=60)
    later(town, minutes=minutes)
    rung(town)
    first = rows(town, request)[0]
    assert (first["verdict"], first["rung_at"], first["judged_at"]) == (verdict, town.clock.now(), town.clock.now())


def test_a_second_ring_does_not_mend_the_first(texting_town: Town) -> None:
    town = texting_town
    town.agent("aino")
    request = town.request(minutes=60)
    later(town, minutes=61)
    rung(town)
    town.clock.pass_(minutes=31)  # in machine time too: her leg of the first ring is over
    service.heartbeat(town.services, "aino")
    rung(town)
    assert verdicts(town, request)[:2] == [("voice", "late"), ("sms", "kept")]


def test_a_retry_is_promised_in_the_words_of_the_message(texting_town: Town) -> None:
    town = texting_town
    town.agent("aino")
    request = town.request()
    rung(town)
    retry = rows(town, request)[1]
    [message] = [row for row in town.every(text_message) if str(row["key"]).startswith("sms.missed")]
    assert retry["words"] == message["body"]
    assert (retry["via"], retry["kind"], retry["who"]) == ("sms", "retry", "service")


def test_a_retry_that_nobody_told_is_no_promise(town: Town) -> None:
    town.agent("aino")
    request = town.request()
    rung(town)
    assert verdicts(town, request) == [("voice", "kept")]
    assert town.promise(request)["told"] is False


def test_a_bad_moment_is_a_promise_by_the_agent(town: Town) -> None:
    town.agent("aino")
    request = town.request()
    service.note_outcome(town.services, "aino", town.talking(), "bad_moment", "", 90)
    assert verdicts(town, request) == [("voice", "kept"), ("agent", None)]
    assert rows(town, request)[1]["who"] == "aino"


# --- given up, moved, replaced ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("hours", "verdict"), [(0, "void"), (1, "void"), (2, "broken")])
def test_moved_by_the_resident(town: Town, hours: int, verdict: str) -> None:
    request = town.request(minutes=60)
    later(town, hours=hours)
    assert promises(town, lambda p: p.moved_by_caller(request, Window(AFTERNOON.end, AFTERNOON.end + HOUR)))
    assert verdicts(town, request) == [("voice", verdict), ("voice", None)]


@pytest.mark.parametrize(("hours", "verdict"), [(0, "void"), (2, "broken")])
def test_called_off(town: Town, hours: int, verdict: str) -> None:
    request = town.request(minutes=60)
    later(town, hours=hours)
    assert promises(town, lambda p: p.called_off(request))
    assert verdicts(town, request) == [("voice", verdict)]


def test_served_live_before(town: Town) -> None:
    town.agent("aino")
    request = town.request()
    line = town.caller(request_id=request)
    token = town.offered("aino")
    town.accept(token)
    town.act(lambda c: c.caller_joined(line))
    service.note_outcome(town.services, "aino", token, "done")
    assert town.promise(request)["state"] == "done"
    assert verdicts(town, request) == [("voice", "void")]


@pytest.mark.parametrize(("outcome", "verdict"), [("withdrawn", "void"), ("duplicate", "void"), ("not_ours", "broken")])
def test_closed_by_a_person(town: Town, outcome: str, verdict: str) -> None:
    request = town.request()
    now = town.clock.now()
    assert town.within(lambda tx: store.transition(tx.connection, request, "cancel", now, "s", outcome=outcome))
    assert verdicts(town, request) == [("voice", verdict)]


def test_moved_by_the_service_and_told_by_message(texting_town: Town) -> None:
    town = texting_town
    request = town.request()
    assert promises(town, lambda p: p.move(request, AFTERNOON, "service"))
    assert verdicts(town, request) == [("voice", "void"), ("sms", None)]
    [message] = [row for row in town.every(text_message) if str(row["key"]).startswith("sms.moved")]
    assert rows(town, request)[1]["words"] == message["body"]


def test_moved_by_the_service_and_not_told_is_broken(town: Town) -> None:
    request = town.request()
    assert promises(town, lambda p: p.move(request, AFTERNOON, "service"))
    assert verdicts(town, request) == [("voice", "broken"), ("untold", None)]
    assert (town.promise(request)["told"], town.items()) == (False, ["untold"])


def test_a_supervisor_who_told_her_herself(town: Town) -> None:
    request = town.request()
    assert promises(town, lambda p: p.move(request, AFTERNOON, "saara", "agent"))
    assert verdicts(town, request) == [("voice", "void"), ("agent", None)]
    assert (town.promise(request)["told"], town.items()) == (True, [])


def test_a_message_that_is_lost_told_nobody(texting_town: Town) -> None:
    town = texting_town
    request = town.request()
    promises(town, lambda p: p.move(request, AFTERNOON, "service"))
    [message] = [row for row in town.every(text_message) if str(row["key"]).startswith("sms.moved")]
    town.within(lambda tx: text_effects.untold(town.services, tx, request, message["body"]))
    assert verdicts(town, request) == [("voice", "broken"), ("untold", None)]
    assert (town.promise(request)["told"], town.items()) == (False, ["untold"])


def test_a_lost_message_about_what_she_heard_herself_changes_nothing(texting_town: Town) -> None:
    town = texting_town
    request = town.request()
    promises(town, lambda p: p.moved_by_caller(request, AFTERNOON))
    for message in town.every(text_message):
        town.within(partial(lost, town, request, str(message["body"])))
    assert verdicts(town, request) == [("voice", "void"), ("voice", None)]
    assert (town.promise(request)["told"], town.items()) == (True, [])


def test_an_answer_in_writing_ends_the_promise_and_a_ring_after_all_renews_it(town: Town) -> None:
    request = town.request()
    assert wishes.answer_by(town.services, "aino", request, "text")
    assert verdicts(town, request) == [("voice", "void")]
    assert wishes.answer_by(town.services, "aino", request, "ring")
    assert verdicts(town, request) == [("voice", "void"), ("agent", None)]


# --- gone by ------------------------------------------------------------------------------------------------------


def test_never_rung_it_is_broken_when_the_desks_day_ends(town: Town) -> None:
    request = town.request(minutes=60)
    later(town, hours=2)
    assert (ended(town), verdicts(town, request)) == (0, [("voice", None)])  # it may still be rung, late
    town.clock.business = EVENING
    assert ended(town) == 0  # evening advice may take it over
    town.clock.business = LAST_CLOSES
    assert ended(town) == 1
    assert verdicts(town, request) == [("voice", "broken")]
    assert rows(town, request)[0]["rung_at"] is None
    assert ended(town) == 0


def test_days_later_it_is_broken_at_once(town: Town) -> None:
    request = town.request(minutes=60)
    later(town, days=3)
    assert ended(town) == 1
    assert verdicts(town, request) == [("voice", "broken")]


def test_carried_over_at_closing_time(texting_town: Town) -> None:
    town = texting_town
    town.clock.business = LAST_CLOSES - timedelta(minutes=30)
    request = town.request(minutes=30)
    town.clock.business = LAST_CLOSES + timedelta(seconds=1)
    after_hours.settle(town.services)
    assert verdicts(town, request) == [("voice", "broken"), ("sms", None)]


# --- the figures --------------------------------------------------------------------------------------------------


def test_the_boards_figures_count_what_was_told_in_the_readers_departments(town: Town) -> None:
    town.agent("aino")
    kept = town.request()
    rung(town)
    broken, still = town.request("parking"), town.request(minutes=180)
    promises(town, lambda p: p.move(broken, AFTERNOON, "service"))  # the untold new time counts nowhere
    department = str(town.promise(broken)["department"])

    def figures(scope: tuple[str, ...] | None, since: datetime) -> dict[str, int]:
        with town.services.database.read() as connection:
            judged = overview_store.verdicts(connection, scope, since)
            still = overview_store.still_to_keep(connection, scope, TUESDAY + timedelta(days=1))
        counted = Counter[str]()
        for what, n in (*((row["verdict"], row["n"]) for row in judged), *(("still", row["still"]) for row in still)):
            counted[what] += n
        return counted

    assert verdicts(town, kept) == [("voice", "kept")]
    assert verdicts(town, still) == [("voice", None)]
    assert figures(None, TUESDAY) == {"kept": 1, "broken": 1, "still": 1}
    assert figures(("housing",), TUESDAY) == {"kept": 1, "still": 1}
    assert figures((department,), TUESDAY) == {"broken": 1}
    assert figures((), TUESDAY) == {}
    assert figures(None, TUESDAY + HOUR) == {"still": 1}
