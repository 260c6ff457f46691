"""Every state of the promise with every event: a row of the table, with its row of history, or a refusal that leaves no
trace. Each state is reached by the table's own steps."""

from typing import get_args

import pytest

from adapters.schema import callback_event, promise_told
from callbacks import store
from callbacks.machine import EVENTS, TRANSITIONS, Event
from callbacks.model import FINAL_STATES, State
from tests.support.services import Town

STATES: tuple[State, ...] = get_args(State)


def way_to(state: State) -> list[Event]:
    """The fewest steps from a new request."""
    ways: dict[State, list[Event]] = {"requested": []}
    while state not in ways:
        for (origin, event), goal in TRANSITIONS.items():
            if origin in ways and goal not in ways:
                ways[goal] = [*ways[origin], event]
    return ways[state]


def step(town: Town, request: str, event: Event) -> bool:
    done: bool = town.within(
        lambda tx: store.transition(tx.connection, request, event, town.clock.now(), "aino", note="a test")
    )
    return done


@pytest.mark.parametrize("state", STATES)
def test_a_row_or_a_refusal(town: Town, state: State) -> None:
    town.agent("aino")
    for event in EVENTS:
        request = town.request()
        assert all(step(town, request, each) for each in way_to(state))
        before, history = town.promise(request), town.every(callback_event, request_id=request)
        assert before["state"] == state
        goal = TRANSITIONS.get((state, event))
        assert step(town, request, event) is (goal is not None)
        after, rows = town.promise(request), town.every(callback_event, request_id=request)
        if goal is None:
            assert (after, rows) == (before, history)
            continue
        [new] = rows[len(history) :]
        assert (after["state"], after["fence"]) == (goal, before["fence"] + (event == "claim"))
        assert (new["event"], new["from_state"], new["to_state"], new["who"]) == (event, state, goal, "aino")
        assert (new["at"], new["note"], new["fence"]) == (town.clock.now(), "a test", after["fence"])
        assert (after["closed_at"] is not None) == (goal in FINAL_STATES)


@pytest.mark.parametrize("state", [state for state in STATES if state in FINAL_STATES])
def test_no_promise_of_a_closed_matter_is_open(town: Town, state: State) -> None:
    town.agent("aino")
    for origin, event in [key for key, goal in TRANSITIONS.items() if goal == state]:
        request = town.request()
        assert all(step(town, request, each) for each in [*way_to(origin), event])
        assert [row for row in town.every(promise_told, request_id=request) if row["verdict"] is None] == []
