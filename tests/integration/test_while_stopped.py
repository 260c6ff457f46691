"""While the city's ringing is stopped: nobody is left without a way, what was promised stands. On both databases."""

import html
import re
from datetime import UTC, datetime, timedelta

from adapters.database import Transaction
from adapters.schema import waiting_caller
from callbacks import limit_store
from callbacks.limits import Met
from desks.line.machine import FOR_MESSAGE
from ivr.carry_out import Caller, CarryOut
from ivr.effects import GiveUpLine, Result, TooLate
from ivr.fact_finding import bare
from ivr.facts import Callable
from ivr.step_url import Step
from tests.support.known import asks, call, reaches, requests
from tests.support.messages import Speaker, the_message
from tests.support.services import Town
from tests.support.telephone import Telephone

LAST_CLOSES = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)  # 22.00 in Helsinki, the extended-hours desk's too
NO_NEW_ONES = "Emme voi juuri nyt ottaa vastaan uusia soittopyyntöjä."


def stopped(town: Town, hours: int = 24) -> None:
    now = town.clock.now()
    met = Met("rings", "400/400", now + timedelta(hours=hours))
    assert town.within(lambda tx: limit_store.make_stop(tx.connection, met, now)) is not None
    assert town.within(lambda tx: limit_store.make_stop(tx.connection, met, now)) is None
    town.services.stops.refresh(town.services.database)


def test_a_desk_that_closes_while_stopped_leaves_nobody_without_a_time(town: Town) -> None:
    town.agent("aino", desks=("housing", "extended"))
    telephone = call(town)
    reaches(telephone, "housing")
    stopped(town)
    wait, left = telephone.wait_url(), telephone.next_url()
    assert "<Leave" not in telephone.post(wait, Digits="1"), "a callback instead of the wait is not offered"
    town.clock.business = LAST_CLOSES
    telephone.post(wait)
    assert "Soitamme numeroon" in telephone.post(left, QueueResult="leave")
    assert [row["state"] for row in requests(town)] == ["requested"]


def test_a_message_left_while_stopped_is_listened_to_and_promises_no_ring(town: Town) -> None:
    stopped(town)
    speaker = Speaker.at(town)
    speaker.is_led_to_the_tone()
    speaker.speaks()
    told = speaker.telephone.presses("1")
    assert requests(town) == []
    assert "Viestisi on tallessa." in told
    assert "Soitamme" not in told
    assert the_message(town)["state"] == "kept"


def test_whoever_waits_while_stopped_may_speak_a_message_instead(town: Town) -> None:
    """Two in the line, and nobody who would be free: without it the only way out were to hang up."""
    town.agent("aino")
    telephone = call(town)
    reaches(telephone, "housing")
    stopped(town)
    left = telephone.next_url()
    told = telephone.post(telephone.wait_url())
    second = telephone.post(_next_turn(told))
    assert "Jos haluat jättää ääniviestin, paina viisi." in second
    pressed = telephone.post(_next_turn(second), Digits="5")
    assert "<Leave" in pressed
    speaker = Speaker(town, telephone)
    assert "<Record" in telephone.post(left, QueueResult="leave")
    speaker.speaks()
    assert "Viestisi on tallessa." in telephone.presses("1")
    assert the_message(town)["state"] == "kept"
    [stay] = town.every(waiting_caller)
    assert (stay["state"], stay["outcome"]) == ("left", "message")


def test_five_leaves_no_adviser_alone_who_accepts_at_that_instant(town: Town) -> None:
    """The key was judged by what was true before she accepted; the step is weighed against what is true."""
    town.agent("aino")
    telephone = call(town)
    reaches(telephone, "housing")
    [stay] = town.every(waiting_caller)
    town.accept(town.offered("aino"))
    assert town.stay(stay["id"])["state"] == "bridging"
    assert town.within(lambda tx: _gives_up(town, tx, telephone, stay["id"])) == TooLate()
    assert town.stay(stay["id"])["state"] == "bridging"


def _gives_up(town: Town, tx: Transaction, telephone: Telephone, line_id: str) -> Result:
    step = Step("wait", "fi", "housing", line=line_id)
    facts = bare(town.services, town.rules, town.clock.now())
    caller = Caller(telephone.sid, Callable(telephone.number))
    return CarryOut(town.services, tx, step, facts, caller).run(GiveUpLine(line_id, FOR_MESSAGE))


def _next_turn(document: str) -> str:
    """The Redirect behind the question: what the caller's silence leads to."""
    return html.unescape(re.findall(r"<Redirect[^>]*>([^<]+)</Redirect>", document)[-1])


def test_the_promise_being_confirmed_when_the_stop_begins_is_not_made(town: Town) -> None:
    telephone = call(town)
    reaches(telephone, "housing")
    telephone.presses("1")
    stopped(town)
    assert NO_NEW_ONES in telephone.presses("1")
    assert requests(town) == []


def test_what_was_promised_may_be_moved_and_cancelled_while_stopped(town: Town) -> None:
    request = asks(town)
    before = town.promise(request)["window_start_at"]
    stopped(town)
    telephone = call(town)
    telephone.presses("2")
    telephone.presses("1")
    assert town.promise(request)["window_start_at"] != before
    again = call(town)
    again.presses("3")
    again.presses("1")
    assert town.promise(request)["state"] == "cancelled"
