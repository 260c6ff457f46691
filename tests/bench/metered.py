"""``python -m tests.bench.metered``: what measuring adds to a webhook, and what a scrape costs. No server, no network:
one process, the very application, every second request around the measuring one.

A shared machine makes single figures jump; the medians of many requests, taken in turn, do not.
"""

import io
import os
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from flask import Flask

from adapters.meter_files import FOLDER

REQUESTS = 3000
MOST_MICROSECONDS = 100.0


def main() -> int:
    with tempfile.TemporaryDirectory() as place:
        os.environ[FOLDER] = tempfile.mkdtemp(dir=place)  # as the web processes of one parent count
        return _measured(Path(place))


def _measured(place: Path) -> int:
    from adapters.meters import WebMeters
    from operations.metering import Metered, Steps
    from tests.support.services import Town, empty_record
    from wsgi import create_app

    town = Town.over(empty_record("sqlite", place), METRICS_TOKEN="0123456789abcdef")
    app = create_app(town.services)
    inner = partial(Flask.wsgi_app, app)
    bare, metered = _timed(inner, Metered(inner, WebMeters(), Steps(rule.rule for rule in app.url_map.iter_rules())))
    scrape = median(_one(inner, _asks()) for _ in range(20)) / 1000
    figures = median(_reading(town) for _ in range(20)) * 1000
    print(f"a webhook, bare              {bare:8.1f} us")
    print(f"a webhook, measured          {metered:8.1f} us")
    print(f"what measuring adds          {metered - bare:8.1f} us ({(metered - bare) / bare:.1%})")
    print(f"a scrape (figures kept 2 s)  {scrape:8.1f} ms")
    print(f"reading the figures          {figures:8.1f} ms (an almost empty record)")
    town.services.database.dispose()
    return 0 if metered - bare < MOST_MICROSECONDS else 1


def _timed(bare: Any, metered: Any) -> tuple[float, float]:
    """Medians, in microseconds."""
    found: tuple[list[float], list[float]] = ([], [])
    for n in range(REQUESTS):
        found[n % 2].append(_one((bare, metered)[n % 2], _webhook()))
    return median(found[0][100:]), median(found[1][100:])


def _reading(town: Any) -> float:
    from operations.figures import figures

    begun = time.perf_counter()
    figures(town.services)
    return time.perf_counter() - begun


def _one(app: Any, environ: dict[str, Any]) -> float:
    begun = time.perf_counter()
    b"".join(app(environ, _begins))
    return (time.perf_counter() - begun) * 1e6


def _begins(status: str, headers: object, *more: object) -> Callable[[bytes], object]:
    assert status.startswith("200"), status
    return lambda body: None


def _webhook() -> dict[str, Any]:
    """A signed first webhook of a call, as gunicorn hands it on."""
    from urllib.parse import urlencode

    from tests.support.services import ACCOUNT, CITY
    from tests.support.telephone import FORM, sign

    form = {"CallSid": "CA" + "1" * 32, "AccountSid": ACCOUNT, "From": "+358401234567", "To": CITY}
    body = urlencode(form).encode()
    more = {
        "HTTP_X_TWILIO_SIGNATURE": sign("/voice/incoming", form),
        "CONTENT_TYPE": FORM,
        "CONTENT_LENGTH": str(len(body)),
    }
    return _environ("POST", "/voice/incoming", body) | more


def _asks() -> dict[str, Any]:
    return _environ("GET", "/metrics", b"") | {"HTTP_AUTHORIZATION": "Bearer 0123456789abcdef"}


def _environ(method: str, path: str, body: bytes) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "RAW_URI": path,
        "QUERY_STRING": "",
        "SCRIPT_NAME": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
    }


if __name__ == "__main__":
    sys.exit(main())
