"""Who did what to what, written in the deed's own transaction: a deed that is undone leaves no row, one that is done
always does. Codes and reasons only: a telephone number, an identity code or a card that somebody writes into a reason
is masked, and no resident's name is ever put here by us."""

from typing import Literal

from sqlalchemy import insert

from adapters.clock import Clock
from adapters.database import Transaction
from adapters.logs import mask_numbers
from adapters.masking import mask_codes
from adapters.schema import audit_event

Subject = Literal[
    "agent", "request", "caller", "offer", "desk", "session", "item", "notice", "recording", "stop", "rules", "number",
]  # fmt: skip
LONGEST_DETAIL = 500


def note(
    tx: Transaction,
    clock: Clock,
    who: str,
    deed: str,
    subject: Subject,
    subject_id: str,
    department: str | None = None,
    detail: str | None = None,
) -> None:
    """``who``: an agent's id, ``service`` or ``command line``; ``department``: whose matter it is, if one's."""
    tx.connection.execute(
        insert(audit_event).values(
            at=clock.now(),
            machine=clock.machine(),
            who=who,
            deed=deed,
            subject=subject,
            subject_id=subject_id,
            department=department,
            detail=mask_codes(mask_numbers(detail))[:LONGEST_DETAIL] if detail is not None else None,
        )
    )
