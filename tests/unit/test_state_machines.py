"""The state machines, read as data: reachable, final means final, and the documented page is the table."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callbacks import machine
from callbacks.model import FINAL_STATES, OPEN_STATES, Refused
from callbacks.transitions import Machine
from desks.line import machine as line_machine
from desks.line import offer_machine
from desks.talk import transfer_machine
from recordings import model as message_machine

MACHINES = (
    machine.PROMISE,
    offer_machine.OFFER,
    line_machine.LINE,
    transfer_machine.TRANSFER,
    message_machine.MESSAGE,
    message_machine.TALK,
)
STATES_PAGE = Path(__file__).parents[2] / "docs" / "states.md"
INTRODUCTION = """# States

Every change of state is one row of a table in the code, taken in one conditional update together with its row of
history. A transition that is not in the table is refused, logged and answered politely.
"""


def expected_page() -> str:
    tables = (machine, line_machine, offer_machine, transfer_machine, message_machine)
    return "\n".join([INTRODUCTION, *(each.as_markdown() for each in tables)])


def rows() -> Iterator[tuple[Machine, str, str]]:
    for each in MACHINES:
        for state, event in product(each.states(), each.events):
            yield each, state, event


@pytest.mark.parametrize("each", MACHINES, ids=lambda m: m.title)
class TestEveryMachine:
    def test_every_state_is_reachable(self, each: Machine) -> None:
        assert each.reachable() == set(each.states())

    def test_final_states_are_never_left_and_open_ones_can_be(self, each: Machine) -> None:
        left = {origin for origin, _ in each.transitions}
        assert left.isdisjoint(each.final)
        assert left == set(each.states()) - each.final

    def test_every_event_is_explained_and_used(self, each: Machine) -> None:
        assert {event for _, event in each.transitions} == set(each.events)

    def test_an_end_can_be_reached_from_everywhere(self, each: Machine) -> None:
        for state in set(each.states()) - each.final:
            onward = Machine(each.title, state, each.final, each.events, each.transitions)
            assert onward.reachable() & each.final, state

    @given(data=st.data())
    def test_a_long_wrong_history_never_leaves_a_final_state(self, each: Machine, data: st.DataObject) -> None:
        state = each.start
        for event in data.draw(st.lists(st.sampled_from(sorted(each.events)), max_size=30)):
            following = each.advance(state, event)
            if state in each.final:
                assert isinstance(following, Refused)
            if not isinstance(following, Refused):
                state = following
        assert state in each.states()


def test_what_is_not_in_a_table_is_refused_and_never_an_error() -> None:
    for each, state, event in rows():
        expected = each.transitions.get((state, event), Refused("illegal_transition"))
        assert each.advance(state, event) == expected


def test_the_promise_has_exactly_the_states_of_its_model() -> None:
    assert set(machine.PROMISE.states()) == OPEN_STATES | FINAL_STATES
    assert machine.PROMISE.final == FINAL_STATES


@pytest.mark.parametrize(
    ("history", "end"),
    [
        (["claim", "accept", "answered", "done"], "done"),
        (["claim", "give_back", "claim", "accept", "missed"], "requested"),
        (["claim", "accept", "exhausted", "reopen", "claim", "accept", "done"], "done"),
        (["claim", "accept", "answered", "exhausted", "expire"], "expired"),
        (["claim", "accept", "leg_unknown", "resolve_human_again", "served"], "done"),
        (["claim", "accept", "leg_unknown", "resolve_human_done"], "done"),
        (["move", "hand_over", "claim", "served"], "done"),
    ],
)
def test_the_promises_of_the_decisions(history: list[machine.Event], end: str) -> None:
    state: str | Refused = "requested"
    for event in history:
        state = machine.advance(state, event)  # type: ignore[arg-type]
    assert state == end


@pytest.mark.parametrize("state", sorted(OPEN_STATES))
def test_the_resident_can_cancel_from_every_open_state(state: str) -> None:
    assert machine.advance(state, "cancel") == "cancelled"  # type: ignore[arg-type]


@pytest.mark.parametrize("event", machine.EVENTS)
def test_only_a_person_moves_a_matter_whose_ring_is_unknown(event: machine.Event) -> None:
    allowed = {"resolve_human_done", "resolve_human_again", "cancel", "call_off"}
    assert isinstance(machine.advance("needs_human", event), Refused) == (event not in allowed)


@pytest.mark.parametrize(
    ("state", "event", "end"),
    [
        ("offered", "close", "ended"),
        ("accepted", "connect", "connected"),
        ("dialing", "talk_over", "wrapup"),
        ("wrapup", "close", "ended"),
    ],
)
def test_the_offer(state: offer_machine.OfferState, event: offer_machine.OfferEvent, end: str) -> None:
    assert offer_machine.advance(state, event) == end


def test_an_offer_is_accepted_once() -> None:
    assert isinstance(offer_machine.advance("accepted", "accept_live"), Refused)
    assert isinstance(offer_machine.advance("dialing", "accept_callback"), Refused)
    assert isinstance(offer_machine.advance("ended", "accept_callback"), Refused)


@pytest.mark.parametrize(
    ("state", "event", "end"),
    [
        ("offered", "wish", "wishes"),
        ("wishes", "stay", "waiting"),
        ("bridging", "back", "waiting"),
        ("bridging", "part", "left"),
        ("closing", "transfer", "moved"),
        ("closing", "promise", "promised"),
        ("waiting", "hang_up", "left"),
        ("talking", "hang_up", "done"),
    ],
)
def test_the_waiting_caller(state: line_machine.LineState, event: line_machine.LineEvent, end: str) -> None:
    assert line_machine.advance(state, event) == end


def test_the_documented_states_are_the_tables() -> None:
    assert STATES_PAGE.read_text(encoding="utf-8") == expected_page()
