"""What the console leaves undone while callers need the machine: figures and searches first, then boards and streams,
then the polls of agents with nothing in hand. Never a webhook, a deed, a sign of life, or the card of a live matter.

Asked before anybody's session is looked up: an answer that costs as much as the page spares nobody anything.
"""

import random
from collections.abc import Mapping
from typing import TYPE_CHECKING

from flask import Response, current_app, make_response, render_template, request

from console import guard

if TYPE_CHECKING:
    from adapters.load import Level, Load

# The level from which a page waits. What is not named here is never shed.
SHED_FROM: Mapping[str, "Level"] = {
    # statistics, exports, searches, transcripts
    **dict.fromkeys(
        (
            "audit", "audit_csv", "operations", "recordings", "recordings_found", "recording_page", "sound_page",
            "sound_file", "why_calls", "why_search", "why", "rules_compare", "rules_watch", "rules_week",
            "rules_draft_file", "rules_version_file", "rules_tried", "rules_draft_news", "queue_search",
            "queue_search_again",
        ),
        1,
    ),
    # boards, lists that renew themselves, and new streams
    **dict.fromkeys(("line_part", "queue_part", "messages_part", "matter_part", "caller_part", "events_ticket"), 2),
    # agents' own cards, while nothing is in hand
    "desk_part": 3,
}  # fmt: skip
IN_HAND = "X-In-Hand"  # the page says that it shows a matter: a ring, a talk, a note to be written
SOON_SECONDS, LATEST_SECONDS = 8, 15  # spread: two hundred pages that come back at once would be the next wave


def check() -> Response | None:
    """Before each request. None lets it through."""
    load: Load | None = current_app.extensions.get("load")
    endpoint = (request.endpoint or "").rpartition(".")[2]
    if load is None or endpoint not in SHED_FROM:
        return None
    level = load.level
    if level < SHED_FROM[endpoint] or (endpoint == "desk_part" and request.headers.get(IN_HAND) == "yes"):
        return None
    return _later(SOON_SECONDS + random.randrange(LATEST_SECONDS - SOON_SECONDS))  # noqa: S311  no secret


def _later(seconds: int) -> Response:
    """A page says so in words; a script reads the header, and asks more slowly."""
    if guard.wants_json() or request.endpoint in ("console.events_ticket",):
        answer = make_response({"error": "busy"}, 503)
    else:
        answer = make_response(render_template("console/busy.html", seconds=seconds), 503)
    answer.headers["Retry-After"] = str(seconds)
    return answer
