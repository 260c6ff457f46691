"""Orders about talks with more than two: a room, hold, who is asked in. Each is safely repeated.

An order says what the record wants; whether it is still wanted is asked first. What rings a telephone is marked as
asked before the provider is, and never asked again for the same row.
"""

from typing import TYPE_CHECKING

from sqlalchemy import RowMapping

from adapters import pace_store
from adapters.database import Transaction
from adapters.fault_points import reach
from adapters.ids import new_id
from adapters.voice_gateway import Done, NotDone, Result, Unknown, is_over
from desks import store
from desks.talk import transfer_end
from desks.talk import transfer_store as transfers
from desks.talk.conversation import Conversation
from desks.talk.room import matter_of, resident_leg, room_of
from ivr.step_url import RETRY, link, step_for, url_of
from queue_workers.orders import OwnWait

if TYPE_CHECKING:
    from bootstrap import Services

Outcome = str | float
SOON = OwnWait(0.3)  # machine seconds: a leg is on its way into the room
AGAIN_SECONDS = 1.0
PARTING_SECONDS = OwnWait(3.0)  # the other side's leg is over: until it has left the room, too
RING_SECONDS = 25  # a partner's telephone


def _talk(services: "Services", token: str) -> tuple[RowMapping, str, str] | None:
    """The offer, its room and the resident's leg."""
    with services.database.read() as connection:
        row = store.offer_by_token(connection, token)
        leg = resident_leg(connection, row) if row is not None else None
    room = room_of(row) if row is not None else None
    return None if row is None or leg is None or room is None else (row, room, leg)


def promote(services: "Services", token: str) -> Outcome:
    """The resident's leg of a callback goes to the room; the agent's Dial ends by it and her action follows."""
    found = _talk(services, token)
    if found is None or found[0]["state"] != "connected":
        return "not wanted"
    _row, room, leg = found
    here = services.gateway.company(room, leg)
    if not isinstance(here, int):
        return AGAIN_SECONDS
    if here > 0:  # an order whose answer was lost had its effect: led there again, she would tear her own talk
        return "done"
    return repeatable(services.gateway.redirect(leg, link(services.base, "talk/room", k=token)))


def set_hold(services: "Services", ref: str) -> Outcome:
    """As the record says now, whichever order came first."""
    found = _talk(services, ref.partition(".")[0])
    if found is None:
        return "not wanted"
    row, room, leg = found
    done = _in_room(services, row, services.gateway.hold(room, leg, hold_words(services, row)))
    if done == "done" and _has_turned(services, row):
        return SOON  # a neighbour's order may have come first: nobody stays on hold while the card shows none
    if done == "done" and not row["on_hold"] and _is_back(services, row):
        return _in_room(services, row, services.gateway.closes(room, row["agent_call_sid"]))
    return done


def _has_turned(services: "Services", row: RowMapping) -> bool:
    """The record says otherwise by now than what was done at the provider."""
    with services.database.read() as connection:
        now = store.offer_by_token(connection, row["token"])
    return now is not None and bool(now["on_hold"]) != bool(row["on_hold"])


def _is_back(services: "Services", row: RowMapping) -> bool:
    """A transfer came to nothing: when she leaves now, the talk is over again."""
    with services.database.read() as connection:
        last = transfers.last_of(connection, row["token"])
    return row["state"] == "connected" and last is not None and last["state"] == "back"


def hold_words(services: "Services", row: RowMapping) -> str | None:
    if not row["on_hold"]:
        return None
    with services.database.read() as connection:
        matter = matter_of(connection, row)
    return link(services.base, "talk/hold", lang=matter.language if matter is not None else "fi")


def _in_room(services: "Services", row: RowMapping, result: Result) -> Outcome:
    """A leg that is not in the room yet is on its way there, as long as the talk or its transfer goes on."""
    match result:
        case NotDone(status=404):
            with services.database.read() as connection:
                going_on = row["state"] == "connected" or transfers.open_of(connection, row["token"]) is not None
            return SOON if going_on else "gone"
    return repeatable(result)


def consult(services: "Services", transfer_id: str) -> Outcome:
    """The agent may leave the room, the resident is on hold: only then does the other one's telephone ring."""
    with services.database.read() as connection:
        row = transfers.by_id(connection, transfer_id)
    found = _talk(services, row["token"]) if row is not None else None
    if row is None or found is None or row["state"] != "asked":
        return "not wanted"
    asking, room, leg = found
    done: Outcome = "done"
    if asking["state"] == "connected":
        done = _in_room(services, asking, services.gateway.leaves_open(room, asking["agent_call_sid"]))
    if done == "done":
        done = _in_room(services, asking, services.gateway.hold(room, leg, hold_words(services, asking)))
    if done == "done":
        return _put_right(services, asking) if _has_turned(services, asking) else _ring(services, row)
    return done if isinstance(done, float) else _refused(services, transfer_id, done)


def _put_right(services: "Services", asking: RowMapping) -> Outcome:
    """Taken back while the provider put her on hold: an order of its own, so that it is repeated until it is done."""
    ref = f"{asking['token']}.{new_id()[:12]}"
    services.database.run(lambda tx: services.outbox.order(tx, "set_hold", ref))
    return "not wanted"


def _ring(services: "Services", row: RowMapping) -> Outcome:
    def order(tx: Transaction) -> None:
        if row["new_token"] is not None:
            services.outbox.order(tx, "ring_agent", row["new_token"])
            pace_store.leave(tx, row["new_token"], services.clock.machine())  # taken back since we looked
        else:
            services.outbox.order(tx, "ring_partner", row["id"])

    services.database.run(order)
    return "done"


def _refused(services: "Services", transfer_id: str, why: str) -> Outcome:
    def give_up(tx: Transaction) -> None:
        row = transfers.by_id(tx.connection, transfer_id)
        if row is not None:
            transfer_end.failed(Conversation(services, tx, services.rules.current()), row, "refused")

    services.database.run(give_up)
    return why


def ring_partner(services: "Services", transfer_id: str) -> Outcome:
    number = services.database.run(lambda tx: _ask_partner(services, tx, transfer_id))
    if number is None:
        return "not wanted"
    return _rung(services, transfer_id, telephone(services, number, "transfer", transfer_id, RING_SECONDS))


def telephone(services: "Services", to: str, path: str, key: str, seconds: int) -> Result:
    """A leg of its own, named by an opaque id: ``path``/ring asks what it hears, ``path``/leg is told how it goes."""
    ring, leg = (link(services.base, f"{path}/{page}", k=key) for page in ("ring", "leg"))
    fallback = f"{services.base}/voice/fallback{RETRY}"
    result = services.gateway.call(to, services.caller_id, ring, leg, fallback, seconds)
    reach("rest_created")
    return result


def _ask_partner(services: "Services", tx: Transaction, transfer_id: str) -> str | None:
    row = transfers.by_id(tx.connection, transfer_id)
    if row is None or not transfers.ask(tx.connection, transfer_id, services.clock.machine()):
        return None
    department = next((d for d in services.rules.current().departments if d.id == row["goal"]), None)
    return department.number if department is not None else None


def _rung(services: "Services", transfer_id: str, result: Result) -> Outcome:
    match result:
        case Done(sid):
            services.database.run(lambda tx: _is_rung(services, tx, transfer_id, sid))
            return "rung"
        case NotDone(again=True):
            services.database.run(lambda tx: transfers.note(tx.connection, transfer_id, asked_machine=None))
            return AGAIN_SECONDS
        case NotDone():
            return _refused(services, transfer_id, "refused")
        case Unknown(why):
            return f"unknown: {why}"


def _is_rung(services: "Services", tx: Transaction, transfer_id: str, sid: str) -> None:
    talk = Conversation(services, tx, services.rules.current())
    row = transfer_end.taken(talk, transfers.by_id(tx.connection, transfer_id))
    transfers.adopt(tx.connection, transfer_id, sid)
    if row is not None and row["ended_at"] is not None and row["state"] != "done":
        services.outbox.order(tx, "end_leg", sid)  # taken back while the provider was asked


def leave_room(services: "Services", token: str) -> Outcome:
    """She goes while the other one's telephone rings: the room must not end with her."""
    found = _talk(services, token)
    if found is None or found[0]["agent_call_sid"] is None:
        return "not wanted"
    row, room, _leg = found
    open_now = services.gateway.leaves_open(room, row["agent_call_sid"])
    if isinstance(open_now, Unknown) or (isinstance(open_now, NotDone) and open_now.again):
        return AGAIN_SECONDS
    return repeatable(services.gateway.end(row["agent_call_sid"]))


def let_leave(services: "Services", transfer_id: str) -> Outcome:
    """The resident hears who has taken over; only then does the first agent's leg end: while the taker is on her way
    into the room, it would end with her and the resident hear goodbye."""
    with services.database.read() as connection:
        row = transfers.by_id(connection, transfer_id)
    found = _talk(services, row["token"]) if row is not None else None
    if found is None:
        return "not wanted"
    asking, room, leg = found
    result = services.gateway.hold(room, leg, None)
    if isinstance(result, Unknown) or (isinstance(result, NotDone) and result.again):
        return AGAIN_SECONDS
    taker = _taker(services, row) if row is not None else None
    if taker is not None:  # without it the resident would wait for our own look at the empty room
        closed = services.gateway.closes(room, taker)
        if isinstance(closed, NotDone) and closed.status == 404 and not is_over(services.gateway.look_up(taker)):
            return SOON
        if isinstance(repeatable(closed), float):
            return AGAIN_SECONDS
    if asking["agent_call_sid"] is None or asking["leg_ended_machine"] is not None:
        return "done"
    return repeatable(services.gateway.end(asking["agent_call_sid"]))


def release_caller(services: "Services", token: str) -> Outcome:
    """The other side's leg is over: a resident who still sits alone in the room is led on, not left with the music."""
    found = _talk(services, token)
    if found is None:
        return "not wanted"
    row, room, leg = found
    here = services.gateway.company(room, leg)
    if not isinstance(here, int):
        return AGAIN_SECONDS
    if here == 0:
        return "not wanted"
    if here > 1:
        return PARTING_SECONDS
    with services.database.read() as connection:
        stay = store.stay(connection, row["caller_id"]) if row["caller_id"] is not None else None
    if stay is None:
        return repeatable(services.gateway.redirect(leg, link(services.base, "talk/over", k=token)))
    return repeatable(services.gateway.redirect(leg, url_of(services.base, step_for(stay, "talk-over", f"{token}r"))))


def _taker(services: "Services", row: RowMapping) -> str | None:
    """The leg of who has taken over."""
    if row["new_token"] is None:
        return None if row["leg_sid"] is None else str(row["leg_sid"])
    with services.database.read() as connection:
        taking = store.offer_by_token(connection, row["new_token"])
    return None if taking is None or taking["agent_call_sid"] is None else str(taking["agent_call_sid"])


def lead_on(services: "Services", line_id: str) -> Outcome:
    """Out of the room, to the line where her new stay is; her leaving ends the room and with it the agent's leg."""
    with services.database.read() as connection:
        stay = store.stay(connection, line_id)
    if stay is None or stay["state"] not in ("waiting", "offered", "bridging"):
        return "not wanted"
    return repeatable(services.gateway.redirect(stay["call_sid"], link(services.base, "talk/line", k=line_id)))


def repeatable(result: Result) -> Outcome:
    match result:
        case Done():
            return "done"
        case NotDone(again=True) | Unknown():
            return AGAIN_SECONDS
        case NotDone(status=status, code=code):
            return f"refused {status} {code}"
