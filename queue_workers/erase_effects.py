"""What the provider's own logs hold about a resident who is erased: the records of her calls and texts, deleted there.

What is not there is deleted already. A call that has not ended cannot be deleted yet: it is tried again.
"""

import logging
from typing import TYPE_CHECKING

from adapters.voice_gateway import Done, NotDone, Result, Unknown
from queue_workers.orders import Outcome

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("effects")
AGAIN_SECONDS = 1.0
NEVER_GIVEN_UP = frozenset({"delete_call", "delete_text"})  # nobody looks for these records again: they would stay
LONGEST_SECONDS = 4 * 3600.0  # from one try to the next, when the provider has been down or refused for long


def later(tries: int) -> float:
    return min(LONGEST_SECONDS, AGAIN_SECONDS * 2.0 ** min(tries - 1, 20))


def delete_call(services: "Services", call_sid: str) -> Outcome:
    return _deleted(services.gateway.delete_call(call_sid), "call", call_sid)


def delete_text(services: "Services", message_sid: str) -> Outcome:
    return _deleted(services.gateway.delete_text(message_sid), "text", message_sid)


def _deleted(result: Result, what: str, sid: str) -> Outcome:
    match result:
        case Done():
            return "deleted"
        case NotDone(status=404):
            return "absent"
        case NotDone(status=status, code=code):
            LOG.warning("record not deleted", extra={what: sid, "why": f"refused {status} {code}"})
            return AGAIN_SECONDS
        case Unknown(why):
            LOG.info("record not deleted", extra={what: sid, "why": why})
            return AGAIN_SECONDS
