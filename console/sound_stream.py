"""Sound over HTTP: whole or a range of it, in pieces, kept by nobody on the way. Who may have it is asked elsewhere."""

import sys
from collections.abc import Callable, Iterator
from itertools import chain

from flask import Response, request

from recordings.vault import Reader, VaultError

TYPE = "audio/wav"
KEPT_BY_NOBODY = "no-store, private"


def answer(reader: Reader, name: str, disposition: str, failed: Callable[[VaultError], object]) -> Response:
    """The first piece is read before a status is sent: what cannot be opened raises VaultError, and is told in words.
    What breaks off later breaks the connection, so that nobody takes a part for the whole; ``failed`` hears why.
    ``disposition``: inline or attachment."""
    asked = _asked()
    start, end = asked if asked is not None else (0, reader.size)
    start, end = max(0, start + reader.size if start < 0 else start), min(end, reader.size)
    headers = {"Accept-Ranges": "bytes", "Cache-Control": KEPT_BY_NOBODY}
    headers["Content-Disposition"] = f'{disposition}; filename="{name}"'
    if asked is not None and start >= end:
        return Response(status=416, headers=headers | {"Content-Range": f"bytes */{reader.size}"}, mimetype=TYPE)
    if asked is not None:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{reader.size}"
    headers["Content-Length"] = str(end - start)
    pieces = () if request.method == "HEAD" else _begun(reader.read(start, end), failed)
    return Response(pieces, 206 if asked is not None else 200, headers, mimetype=TYPE)


def _asked() -> tuple[int, int] | None:
    """From (below zero: from the end) up to, not included. None: all of it, and so is a range that is none, several
    at once, and one of an older copy: nobody has a copy."""
    given = request.range
    if given is None or given.units != "bytes" or len(given.ranges) != 1 or "If-Range" in request.headers:
        return None
    start, end = given.ranges[0]
    return start, sys.maxsize if end is None else end


def _begun(pieces: Iterator[bytes], failed: Callable[[VaultError], object]) -> Iterator[bytes]:
    first = next(pieces, b"")
    return chain((first,), _rest(pieces, failed))


def _rest(pieces: Iterator[bytes], failed: Callable[[VaultError], object]) -> Iterator[bytes]:
    try:
        yield from pieces
    except VaultError as error:
        failed(error)
        raise
