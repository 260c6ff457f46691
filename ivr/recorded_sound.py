"""What the caller has just spoken, played back to her own call and to nobody else.

The provider fetches it without a signature, by an address nobody can guess; it answers only while that call lasts.
"""

import logging
import re
from typing import TYPE_CHECKING

from flask import Blueprint, Response

from adapters.database import DatabaseError
from recordings import store
from recordings.vault import VaultError

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("ivr")
TOKEN = re.compile(r"[0-9a-f]{32}")


def blueprint(services: "Services") -> Blueprint:
    pages = Blueprint("recorded", __name__, url_prefix="/voice")

    @pages.get("/recorded/<token>.wav")
    def recorded(token: str) -> Response:
        sound = _found(services, token) if TOKEN.fullmatch(token) else None
        answer = Response(status=404) if sound is None else Response(sound, content_type="audio/wav")
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return pages


def _found(services: "Services", token: str) -> bytes | None:
    """The record away: the provider leaves the sound out and goes on, as with one that was dropped."""
    try:
        return _sound(services, token)
    except DatabaseError as error:
        LOG.warning("record unavailable", extra={"path": "/voice/recorded", "error": type(error).__name__})
        return None


def _sound(services: "Services", token: str) -> bytes | None:
    with services.database.read() as connection:
        row = store.by_token(connection, token)
        if row is None or row["stored_machine"] is None or row["state"] == "dropped":
            return None
        if not store.runs(connection, row["call_sid"]):
            return None
    try:
        return services.vault.get(row["id"])
    except VaultError as error:
        LOG.error("sound cannot be played", extra={"recording": row["id"], "why": str(error)})
        return None
