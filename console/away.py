"""What a page answers while the record is silent: a calm word and when to come back, from memory alone. A script reads
the header. A deed that was asked for meanwhile is not done, and its page says that it failed.
"""

import logging
import random

from flask import Response, g, make_response, render_template, request

from console import guard

LOG = logging.getLogger("console")
# the last is the breaker's own, the one before it the pool's; whatever else it may be is no silence
AWAY = frozenset({"OperationalError", "InterfaceError", "TimeoutError", "DBAPIError"})
ASKED_WRONGLY = "SQLITE_ERROR"  # no such column, no such table, no statement at all: SQLite calls this operational too
SOON_SECONDS, LATEST_SECONDS = 4, 8  # spread: two hundred pages that come back at once would be the record's next wave


def answer(error: Exception) -> Response:
    """Nobody is known while nothing can be asked: the page is the one of somebody who is not signed in. What the record
    was asked wrongly is a fault of ours and stays one."""
    if not _is_away(error):
        raise error
    LOG.warning("record unavailable", extra={"page": request.endpoint, "error": type(error).__name__})
    g.signed_in = None
    seconds = SOON_SECONDS + random.randrange(LATEST_SECONDS - SOON_SECONDS)  # noqa: S311  no secret
    if guard.wants_json():
        told = make_response({"error": "away"}, 503)
    else:
        told = make_response(render_template("console/away.html", seconds=seconds), 503)
    told.headers["Retry-After"] = str(seconds)
    return told


def _is_away(error: Exception) -> bool:
    wrongly = getattr(getattr(error, "orig", None), "sqlite_errorname", None) == ASKED_WRONGLY
    return type(error).__name__ in AWAY and not wrongly
