"""What a call leaves in the record: its row, the number keyed in, and the answers its effects were given.

The statements are made once, at import: a promise must not pay for building them (docs/decisions/0006).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, ScalarSelect, bindparam, func, select

from adapters.database import Transaction
from adapters.schema import call, call_draft, phone_number, receipt
from adapters.together import Row, new_in
from callbacks.limit_store import look_at_number
from callbacks.limits import OfNumber
from callbacks.making import Looked
from callbacks.store import look_for_promise


@dataclass(frozen=True)
class CallSoFar:
    """One look at a call."""

    answer: str | None  # what this very webhook was answered before
    ended: bool
    drafted: str | None  # E.164 keyed in during the call
    number_id: str | None  # of the number that rings, if the record knows it


@dataclass(frozen=True)
class Webhook:
    """Which webhook of which call, by the URL it came to."""

    call_sid: str
    step: str
    nonce: str
    arrived: int  # business time of the call's arrival, Unix milliseconds


@dataclass(frozen=True)
class PromiseAsked:
    """Which promise the look is for."""

    topic: str
    department: str
    language: str
    start: datetime  # of the slot; any moment without promises for a window from now on
    day_ago: datetime  # since when a number's requests and rings are counted


def _number_of(e164: Any) -> ScalarSelect[str]:
    return select(phone_number.c.id).where(phone_number.c.e164 == e164).scalar_subquery()


_DRAFT = select(call_draft.c.e164).where(call_draft.c.call_sid == bindparam("sid")).scalar_subquery()
_SO_FAR = select(
    select(receipt.c.answer)
    .where(
        receipt.c.call_sid == bindparam("sid"),
        receipt.c.step == bindparam("step"),
        receipt.c.nonce == bindparam("nonce"),
    )
    .scalar_subquery(),
    select(call.c.ended_at).where(call.c.call_sid == bindparam("sid")).scalar_subquery(),
    _DRAFT,
    _number_of(bindparam("e164")),
)
_TO_BE_RUNG = _number_of(func.coalesce(_DRAFT, bindparam("e164")))
_BEFORE_PROMISE = _SO_FAR.add_columns(_TO_BE_RUNG, *look_for_promise(_TO_BE_RUNG), *look_at_number(_TO_BE_RUNG))
_NOTED = ("language", "topic", "ruleset_version")


def _note(make: Any) -> Any:
    row = make(call)
    return row.on_conflict_do_update(
        index_elements=[call.c.call_sid], set_={name: row.excluded[name] for name in _NOTED}
    )


_RECEIPT = new_in(receipt)


def so_far(connection: Connection, call_sid: str, step: str, nonce: str, e164: str | None) -> CallSoFar:
    key = {"sid": call_sid, "step": step, "nonce": nonce, "e164": e164 or ""}
    return _call_so_far(tuple(connection.execute(_SO_FAR, key).one()))


def before_promise(
    connection: Connection, call_sid: str, step: str, nonce: str, e164: str | None, asked: PromiseAsked
) -> tuple[CallSoFar, Looked]:
    """The same look, and what the promise must know, in one statement."""
    key = {"sid": call_sid, "step": step, "nonce": nonce, "e164": e164 or "", **vars(asked)}
    row = tuple(connection.execute(_BEFORE_PROMISE, key).one())
    return _call_so_far(row), Looked(row[4], row[5] is not None, row[6], OfNumber(row[7], row[8]))


def _call_so_far(row: Sequence[Any]) -> CallSoFar:
    return CallSoFar(row[0], row[1] is not None, row[2], row[3])


def leave_receipt(
    tx: Transaction, asked: Webhook, answer: str, machine: float, number_id: str | None, known: Mapping[str, Any]
) -> None:
    """The answer for this webhook's other copies, and the call as far as it has come: who rang, about what.

    IntegrityError, when it is written: a copy of this webhook has been answered meanwhile.
    """
    arrived = datetime.fromtimestamp(asked.arrived / 1000, UTC)
    note = {"call_sid": asked.call_sid, "number_id": number_id, "arrived_at": arrived, **known}
    key = {"call_sid": asked.call_sid, "step": asked.step, "nonce": asked.nonce}
    tx.add(Row(_note, note), Row(_RECEIPT, {**key, "answer": answer, "made_machine": machine}))
