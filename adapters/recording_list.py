"""What the provider holds: a list of recordings, page by page. Only entries of the right shape; nothing is followed
to another place than the list's own.
"""

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl, urlsplit

import requests
from urllib3.exceptions import HTTPError

from adapters.digits import whole
from adapters.provider_door import Door

PLACE = "Recordings.json"
PAGE = 100
MOST_PAGES = 10  # in one go; what is found is taken in and deleted there, and the next go sees what was behind it
MOST_BYTES = 4 * 1024 * 1024  # of one page
PIECE = 64 * 1024
PAGE_SECONDS = 20.0  # for the whole of one page: a time-out of the line counts from byte to byte only
RECORDING, CALL = re.compile(r"RE[0-9a-f]{32}"), re.compile(r"CA[0-9a-f]{32}")
LONGEST = 4 * 3600


@dataclass(frozen=True)
class Listed:
    recording_sid: str
    call_sid: str
    status: str
    source: str  # RecordVerb: a message; everything else: a talk
    seconds: int
    made_at: datetime


@dataclass(frozen=True)
class NotListed:
    why: str


def listed(door: Door, within: float = PAGE_SECONDS) -> Iterator[Listed | NotListed]:
    """Newest first. ``NotListed`` ends it: what came before it is true."""
    query = {"PageSize": str(PAGE)}
    for _ in range(MOST_PAGES):
        page = _page(door, query, within)
        if isinstance(page, NotListed):
            yield page
            return
        entries = page.get("recordings")
        yield from filter(None, map(_entry, entries if isinstance(entries, list) else []))
        on = urlsplit(str(page.get("next_page_uri") or ""))
        if not on.path.endswith(f"/{PLACE}"):
            return
        query = dict(parse_qsl(on.query))


def _page(door: Door, query: dict[str, str], within: float) -> dict[str, object] | NotListed:
    until = time.monotonic() + within
    try:
        with door.get(PLACE, query) as answer:
            if answer.status_code != 200:
                return NotListed(f"http {answer.status_code}")
            body = _body(answer, until)
        if body is None:
            return NotListed("too slow")
        page = json.loads(body)
    except (requests.RequestException, HTTPError, OSError, ValueError, RecursionError) as error:
        return NotListed(type(error).__name__)
    return page if isinstance(page, dict) else NotListed("no list")


def _body(answer: requests.Response, until: float) -> bytes | None:
    """None: it comes too slowly."""
    body = bytearray()
    while len(body) < MOST_BYTES and (piece := answer.raw.read1(PIECE, decode_content=False)):
        body += piece
        if time.monotonic() > until:
            return None
    return bytes(body)


def _entry(entry: object) -> Listed | None:
    """None: not of the shape of a recording; it cannot be fetched or deleted by such a name."""
    if not isinstance(entry, dict):
        return None
    sid, call_sid = str(entry.get("sid")), str(entry.get("call_sid"))
    made_at = _moment(entry.get("date_created"))
    if RECORDING.fullmatch(sid) is None or CALL.fullmatch(call_sid) is None or made_at is None:
        return None
    seconds = _seconds(entry.get("duration"))
    return Listed(sid, call_sid, str(entry.get("status")), str(entry.get("source")), seconds, made_at)


def _moment(written: object) -> datetime | None:
    try:
        found = parsedate_to_datetime(written) if isinstance(written, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _seconds(written: object) -> int:
    return min(whole(str(written), 6) or 0, LONGEST)
