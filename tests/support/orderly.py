"""What must hold in a city at any moment, whatever has happened: asked of the record, as ``tests.support.happenings``
leaves it. Each question raises with the row that breaks it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import RowMapping, select

from adapters.schema import (
    callback_event,
    callback_request,
    line_event,
    offer,
    supervisor_item,
    transfer,
    waiting_caller,
)
from callbacks.machine import PROMISE
from callbacks.model import OPEN_STATES
from callbacks.transitions import Machine
from desks.line.machine import LINE
from desks.line.offer_machine import OPEN_OFFER_STATES
from tests.support.services import Town

TABLES = (callback_request, callback_event, offer, waiting_caller, line_event, supervisor_item, transfer)
AFTER_FINAL = {"done": "a talk", "cancelled": "the resident's word", "expired": "fourteen days without a sign"}
HELD = {"offered": {"offered"}, "dialing": {"dialing", "wrapup", "ended"}, "connected": {"connected", "wrapup"}}
LISTED = {"unreached": "unreached", "needs_human": "needs_human"}  # state -> the kind of the supervisor's item
ENDS = {"done", "cancel", "call_off", "served", "handled", "resolve_human_done", "expire"}


def orderly(town: Town) -> None:
    with town.services.database.read() as connection:
        rows = {
            table.name: list(connection.execute(select(table)).mappings())
            for table in (
                callback_request,
                callback_event,
                offer,
                waiting_caller,
                line_event,
                supervisor_item,
                transfer,
            )
        }
    requests, offers, stays = rows["callback_request"], rows["offer"], rows["waiting_caller"]
    history_is_whole(PROMISE, requests, rows["callback_event"], "request_id", {"request"})
    history_is_whole(LINE, stays, rows["line_event"], "caller_id", {"join", "consult", "transfer"})
    one_open_offer_each(offers)
    one_ring_for_an_attempt(offers, rows["callback_event"])
    held_by_their_offer(requests, stays, offers, {row["token"] for row in rows["transfer"] if row["ended_at"] is None})
    nobody_is_lost(town, requests, rows["callback_event"], rows["supervisor_item"])


def history_is_whole(
    machine: Machine[Any, Any], now: Iterable[RowMapping], events: Iterable[RowMapping], key: str, first: set[str]
) -> None:
    """The events, folded, are the state; each is a row of the table, and says who."""
    told: dict[str, list[RowMapping]] = defaultdict(list)
    for event in sorted(events, key=lambda row: int(row["id"])):
        told[event[key]].append(event)
    for row in now:
        steps = told[row["id"]]
        assert steps, f"{machine.title}: {row['id']} has no history"
        assert steps[0]["from_state"] == "", dict(steps[0])
        assert steps[0]["event"] in first, dict(steps[0])
        state = steps[0]["to_state"]
        for step in steps[1:]:
            assert step["from_state"] == state, f"{machine.title}: a gap before {dict(step)}"
            assert machine.transitions.get((state, step["event"])) == step["to_state"], dict(step)
            assert step["who"], dict(step)
            state = step["to_state"]
        assert state == row["state"], f"{machine.title}: the history ends in {state}, the row says {row['state']}"


def one_open_offer_each(offers: Iterable[RowMapping]) -> None:
    still = [row for row in offers if row["state"] in OPEN_OFFER_STATES]
    for key in ("agent_id", "caller_id", "request_id"):
        count = Counter(row[key] for row in still if row[key] is not None)
        assert all(number == 1 for number in count.values()), f"several open offers for one {key}: {count}"
    assert all((row["caller_id"] is None) != (row["request_id"] is None) for row in offers)


def one_ring_for_an_attempt(offers: Iterable[RowMapping], events: Iterable[RowMapping]) -> None:
    """A resident is dialled by one accept of one offer, under one fence."""
    accepted = Counter(event["offer_token"] for event in events if event["event"] == "accept")
    assert all(number == 1 for number in accepted.values()), f"one offer rang twice: {accepted}"
    dialled = {row["token"] for row in offers if row["request_id"] is not None and row["accepted_at"] is not None}
    assert dialled == set(accepted), "a ring without its attempt, or an attempt without its ring"
    fences = Counter((row["request_id"], row["fence"]) for row in offers if row["request_id"] is not None)
    assert all(number == 1 for number in fences.values()), f"two offers under one fence: {fences}"


def held_by_their_offer(
    requests: Iterable[RowMapping], stays: Iterable[RowMapping], offers: Iterable[RowMapping], handing_on: set[str]
) -> None:
    """``handing_on``: the offers whose agent has asked somebody else, and nothing has come of it yet."""
    known: Mapping[str, RowMapping] = {row["token"]: row for row in offers}
    for row in requests:
        if row["state"] in HELD:
            held = known[row["offer_token"]]
            assert held["request_id"] == row["id"]
            if row["state"] == "connected" and held["token"] in handing_on:
                continue  # who talked with her has left, and somebody else's telephone rings
            assert held["state"] in HELD[row["state"]], f"{row['state']} by an offer that is {held['state']}"
        else:
            assert row["offer_token"] is None, f"{row['state']} is held by an offer"
    here = {row["id"]: row for row in requests}
    for one in offers:
        if one["state"] in ("offered", "dialing", "connected") and one["request_id"] is not None:
            mine = here[one["request_id"]]
            assert mine["offer_token"] == one["token"], f"an agent holds what is {mine['state']} by now"
    somebody = {one["caller_id"] for one in offers if one["state"] != "ended"}
    for stay in stays:
        if stay["state"] in ("offered", "bridging", "talking", "handing") and stay["offer_token"] not in handing_on:
            assert stay["id"] in somebody, f"{stay['state']} with nobody"


def nobody_is_lost(
    town: Town, requests: Iterable[RowMapping], events: Iterable[RowMapping], items: Iterable[RowMapping]
) -> None:
    """Each accepted request will be dealt, is held, is on a person's list, or is over for a reason with a name."""
    listed = {(item["kind"], item["request_id"]) for item in items if item["closed_at"] is None}
    ends = {event["request_id"]: event for event in events if event["event"] in ENDS}
    served = {desk for one in town.rules.departments if (desk := one.id) and one.kind == "console"}
    for row in requests:
        if row["state"] not in OPEN_STATES:
            assert row["state"] in AFTER_FINAL
            assert row["closed_at"] is not None
            assert ends[row["id"]]["to_state"] == row["state"]
            assert ends[row["id"]]["who"], "nobody ended it"
        elif row["state"] in LISTED:
            assert (LISTED[row["state"]], row["id"]) in listed, f"{row['state']}, and on nobody's list"
        elif row["state"] == "requested" and row["contact"] == "ring":
            assert row["desk"] in served, f"no agents at {row['desk']}"
            assert row["window_start_at"] <= row["window_end_at"]
            assert row["due_at"] <= row["window_end_at"], "due after its own window"
