"""Orders to the provider: a ring is asked for once, what may be repeated is, and a refusal becomes a state."""

import pytest

from adapters.database import Transaction
from adapters.schema import outbox, text_message
from adapters.voice_gateway import Done
from desks import service
from desks.store import CALLER, note_offer
from queue_workers import effects, orders
from tests.support.provider import BUSY_PROVIDER, LOST, REFUSED
from tests.support.services import Town

LEG = "CA" + "a" * 32


def test_a_ring_is_asked_for_once_and_its_leg_noted(town: Town) -> None:
    town.agent("aino")
    town.request()
    token = town.offered("aino")
    town.gateway.answers(Done(LEG))
    assert town.carry_out() == [("ring_agent", "rung")]
    assert [order.to for order in town.gateway.ordered("call")] == ["client:aino"]
    assert f"k={token}" in town.gateway.orders[0].url
    assert town.offer(token)["agent_call_sid"] == LEG
    assert town.orders() == []


def test_an_agents_own_telephone_is_rung_by_its_number(town: Town) -> None:
    town.agent("aino", telephone="+358401112223")
    town.request()
    town.offered("aino")
    town.carry_out()
    assert [order.to for order in town.gateway.ordered("call")] == ["+358401112223"]


def test_a_busy_provider_is_asked_again_a_second_later(town: Town) -> None:
    town.agent("aino")
    town.request()
    token = town.offered("aino")
    town.gateway.answers(BUSY_PROVIDER)
    assert town.carry_out() == [("ring_agent", None)]
    assert town.offer(token)["asked_machine"] is None
    [order] = town.orders()
    assert effects.carry_out(town.services, order["id"]) is False, "not before it is due again"
    town.clock.pass_(seconds=1)
    assert town.carry_out() == [("ring_agent", "rung")]
    assert len(town.gateway.ordered("call")) == 2


def test_a_ring_of_unknown_fate_is_never_asked_for_again(town: Town) -> None:
    town.agent("aino")
    town.request()
    token = town.offered("aino")
    town.gateway.answers(LOST)
    assert town.carry_out() == [("ring_agent", "unknown: ReadTimeout")]
    town.clock.pass_(seconds=30)
    assert town.carry_out() == []
    assert effects.ring_agent(town.services, token) == "not wanted"  # a job doubled by the queue
    assert len(town.gateway.ordered("call")) == 1
    assert town.offer(token)["state"] == "offered"  # her telephone may be ringing


def test_a_refused_ring_gives_the_matter_back_and_sets_her_away(town: Town) -> None:
    town.agent("aino")
    request = town.request()
    token = town.offered("aino")
    town.gateway.answers(REFUSED)
    assert town.carry_out() == [("ring_agent", "refused")]
    assert (town.promise(request)["state"], town.offer(token)["outcome"]) == ("requested", "unanswered")
    assert town.deal() == 0


def test_a_ring_that_nobody_wants_any_more_is_not_made(town: Town) -> None:
    town.agent("aino")
    line = town.caller()
    token = town.offered("aino")
    town.act(lambda c: c.caller_hung_up(line))
    assert town.one(outbox, kind="ring_agent")["result"] == "not wanted"
    assert town.carry_out() == []
    assert effects.ring_agent(town.services, token) == "not wanted", "by whoever had claimed it before"
    assert town.gateway.orders == []


def test_a_worker_that_died_with_the_order_leaves_it_to_another(town: Town) -> None:
    """Its lease runs out; a ring it may have asked for is not asked for again."""
    town.agent("aino")
    town.request()
    token = town.offered("aino")
    [order] = town.orders()
    claim = {"lease_machine": town.clock.machine() + orders.LEASE_SECONDS}
    town.within(lambda tx: tx.connection.execute(outbox.update().values(**claim)))
    assert effects.carry_out(town.services, order["id"]) is False
    town.clock.pass_(seconds=orders.LEASE_SECONDS + 1)
    assert effects.carry_out(town.services, order["id"]) is True
    assert town.offer(token)["asked_machine"] == town.clock.machine()


def test_ending_a_leg_is_repeated_until_it_is_known_to_be_over(town: Town) -> None:
    town.agent("aino")
    town.request()
    service.note_outcome(town.services, "aino", town.talking(), "done")
    town.gateway.answers(LOST, BUSY_PROVIDER)
    for _ in range(5):
        town.carry_out()
        town.clock.pass_(seconds=2)
    assert town.orders() == []
    assert {row["result"] for row in town.every(outbox, kind="end_leg")} == {"done"}
    assert len(town.gateway.ordered("end")) == 3


def test_a_leg_that_was_over_already_is_no_failure(town: Town) -> None:
    town.agent("aino")
    town.request()
    service.note_outcome(town.services, "aino", town.talking(), "done")
    town.gateway.answers(REFUSED, REFUSED)
    town.carry_out()
    assert town.orders() == []


def test_what_may_be_repeated_is_given_up_in_the_end_and_ever_more_slowly(town: Town) -> None:
    town.agent("aino")
    town.request()
    service.note_outcome(town.services, "aino", town.talking(), "done")
    town.gateway.answers(*[LOST] * 40)
    pauses = []
    while town.orders():
        town.carry_out()
        pauses += [row["due_machine"] - town.clock.machine() for row in town.orders() if row["kind"] == "end_leg"]
        town.clock.pass_(seconds=effects.LONGEST_SECONDS)
    assert pauses[:6] == [1, 2, 4, 8, 16, 30]
    assert max(pauses) == effects.LONGEST_SECONDS
    assert [row["result"] for row in town.every(outbox, kind="end_leg")] == ["given up"]
    assert len(town.gateway.ordered("end")) == effects.MOST_TRIES


def test_a_ring_withdrawn_while_the_provider_was_asked_is_ended(town: Town) -> None:
    town.agent("aino")
    line = town.caller()
    token = town.offered("aino")

    class HangsUpMeanwhile(type(town.gateway)):  # type: ignore[misc]
        def call(self, *order: object) -> Done:
            town.act(lambda c: c.caller_hung_up(line))
            return Done(LEG)

    town.gateway.__class__ = HangsUpMeanwhile
    town.carry_out()
    assert town.offer(token)["state"] == "ended"
    assert town.ordered("end_leg") == [LEG]


def test_the_caller_is_brought_to_her_step_not_to_a_number(town: Town) -> None:
    town.agent("aino")
    line = town.caller()
    token = town.offered("aino")
    town.accept(token)
    town.within(lambda tx: _queued(tx, line))
    town.carry_out()
    [brought] = town.gateway.ordered("take")  # from the queue, never out of a talk
    assert brought.to == town.stay(line)["call_sid"]
    assert "/voice/step/left?" in brought.url
    assert "358" not in brought.url


def test_a_machine_hears_one_message_and_then_her_leg_ends(town: Town) -> None:
    town.agent("aino")
    town.request()
    token = town.talking()
    resident = "CA" + "9" * 32
    town.within(lambda tx: _resident_leg(tx, token, resident))
    service.note_outcome(town.services, "aino", token, "machine")
    town.carry_out()
    assert [(o.to, "/voice/resident/message" in o.url) for o in town.gateway.ordered("redirect")] == [(resident, True)]
    assert town.gateway.ordered("end") == []
    town.clock.pass_(seconds=2)
    town.carry_out()
    assert [order.to for order in town.gateway.ordered("end")] == [LEG]


def test_a_machine_that_answers_again_hears_nothing_more(town: Town) -> None:
    """Two rings, two machines, one message; the second time her leg ends at once."""
    town.agent("aino")
    request = town.request()
    legs = [(f"CA{n:032x}", f"CA{n + 8:032x}") for n in (1, 2)]
    for leg, resident in legs:
        _machine_answers(town, leg, resident)
        town.carry_out()
        town.clock.pass_(minutes=31)
        town.carry_out()
        service.heartbeat(town.services, "aino")
    assert [order.to for order in town.gateway.ordered("redirect")] == [legs[0][1]]
    assert [order.to for order in town.gateway.ordered("end")] == [leg for leg, _ in legs]
    assert town.promise(request)["message_left_at"] is not None


def _machine_answers(town: Town, leg: str, resident: str) -> None:
    token = town.offered("aino")
    town.accept(token, leg)
    town.act(lambda c: c.resident_answered(token))
    town.within(lambda tx: _resident_leg(tx, token, resident))
    assert service.note_outcome(town.services, "aino", token, "machine")


def test_an_order_that_comes_twice_leaves_one_message(town: Town) -> None:
    town.agent("aino")
    town.request()
    token = town.talking()
    town.within(lambda tx: _resident_leg(tx, token, "CA" + "9" * 32))
    service.note_outcome(town.services, "aino", token, "machine")
    assert [effects.leave_message(town.services, token) for _ in range(2)] == ["left", "left before"]
    assert len(town.gateway.ordered("redirect")) == 1


@pytest.mark.parametrize(
    ("answer", "status", "asked"), [(LOST, "unknown", 1), (REFUSED, "refused 21211", 1), (BUSY_PROVIDER, "sent", 2)]
)
def test_a_text_is_sent_at_most_once(texting_town: Town, answer: object, status: str, asked: int) -> None:
    town = texting_town
    town.request()
    town.gateway.answers(answer)  # type: ignore[arg-type]
    for _ in range(3):
        town.carry_out()
        town.clock.pass_(seconds=1)
    [message] = town.every(text_message)
    assert (message["status"], len(town.gateway.ordered("text"))) == (status, asked)


def test_a_text_whose_sender_died_is_not_sent_again_and_its_fate_is_told(texting_town: Town) -> None:
    """Killed between the question and the note: whether the provider took it, nobody knows."""
    town = texting_town
    town.request()
    town.within(lambda tx: tx.connection.execute(text_message.update().values(asked_machine=town.clock.machine())))
    town.carry_out()
    [message] = town.every(text_message)
    assert (message["status"], town.gateway.ordered("text")) == ("unknown", [])


def test_a_caller_left_alone_in_the_room_is_led_on(town: Town) -> None:
    town.agent("aino")
    line = town.caller()
    token = town.offered("aino")
    town.accept(token)
    town.act(lambda c: c.caller_joined(line))
    town.act(lambda c: c.agent_leg_ended(token, "completed"))
    sid = town.stay(line)["call_sid"]
    town.gateway.finds_alone(f"m-{line}", sid)
    town.clock.pass_(seconds=4)
    town.carry_out()
    led = [order for order in town.gateway.ordered("redirect") if "/talk-over?" in order.url]
    assert [order.to for order in led] == [sid]


def _queued(tx: Transaction, line: str) -> None:
    named = CALLER.update().where(CALLER.c.id == line)
    tx.connection.execute(named.values(queue_sid="QU" + "1" * 32))


def _resident_leg(tx: Transaction, token: str, sid: str) -> None:
    note_offer(tx.connection, token, resident_call_sid=sid)
