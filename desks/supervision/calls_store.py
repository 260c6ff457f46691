"""Calls as the supervisors may look for them: by Twilio's name, or by the code of the matter that came of them."""

from sqlalchemy import Connection, select

from adapters.schema import call, callback_request, waiting_caller
from desks.scope_store import Scope, within


def is_hers(connection: Connection, scope: Scope, call_sid: str) -> bool:
    """A matter of her departments came of the call; whoever sees all departments sees every call that is known."""
    request = select(callback_request.c.id).where(
        callback_request.c.origin_call_sid == call_sid, within(callback_request, scope)
    )
    caller = select(waiting_caller.c.id).where(waiting_caller.c.call_sid == call_sid, within(waiting_caller, scope))
    found = [request, caller]
    if scope is None:
        found.append(select(call.c.call_sid).where(call.c.call_sid == call_sid))
    return any(connection.execute(query.limit(1)).first() is not None for query in found)


def of_code(connection: Connection, scope: Scope, code: str) -> str | None:
    """The call that a matter began with; None: no such matter, or it did not begin with a call."""
    query = select(callback_request.c.origin_call_sid).where(
        callback_request.c.code == code, within(callback_request, scope)
    )
    found: str | None = connection.scalar(query.order_by(callback_request.c.created_at.desc()).limit(1))
    return found
