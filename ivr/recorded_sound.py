"""What the caller has just spoken, played back to her own call and to nobody else.

The provider fetches it without a signature, by an address nobody can guess; it answers only while that call lasts.
"""

import logging
import re
from itertools import chain
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from adapters.database import DatabaseError
from recordings import sound_store, store
from recordings.vault import Reader, VaultError

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("ivr")
TOKEN = re.compile(r"[0-9a-f]{32}")


def blueprint(services: "Services") -> Blueprint:
    pages = Blueprint("recorded", __name__, url_prefix="/voice")

    @pages.get("/recorded/<token>.wav")
    def recorded(token: str) -> Response:
        reader = _found(services, token) if TOKEN.fullmatch(token) else None
        answer = Response(status=404) if reader is None else played(reader)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return pages


def played(reader: Reader) -> Response:
    """All of it, or the part that is asked for; the first piece is opened before the answer begins, so that what is
    damaged is refused and not broken off."""
    wanted = request.range
    part = wanted.range_for_length(reader.size) if wanted is not None else (0, reader.size)
    if part is None:
        return Response(status=416, headers={"Content-Range": f"bytes */{reader.size}"})
    start, end = part
    try:
        pieces = reader.read(start, end)
        first = next(pieces, b"")
    except VaultError as error:
        LOG.error("sound cannot be played", extra={"why": str(error)})
        return Response(status=404)
    answer = Response(chain((first,), pieces), 200 if wanted is None else 206, content_type="audio/wav")
    answer.headers["Accept-Ranges"] = "bytes"
    answer.content_length = end - start
    if wanted is not None:
        answer.headers["Content-Range"] = f"bytes {start}-{end - 1}/{reader.size}"
    return answer


def _found(services: "Services", token: str) -> Reader | None:
    """The record away: the provider leaves the sound out and goes on, as with one that was dropped."""
    try:
        return _reader(services, token)
    except DatabaseError as error:
        LOG.warning("record unavailable", extra={"path": "/voice/recorded", "error": type(error).__name__})
        return None


def _reader(services: "Services", token: str) -> Reader | None:
    with services.database.read() as connection:
        row = store.by_token(connection, token)
        if row is None or row["stored_machine"] is None or sound_store.unwanted(row):
            return None
        if not store.runs(connection, row["call_sid"]):
            return None
    try:
        return services.vault.open(row["id"])
    except VaultError as error:
        LOG.error("sound cannot be played", extra={"recording": row["id"], "why": str(error)})
        return None
