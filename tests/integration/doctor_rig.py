"""A set-up installation for the doctor: emulator, web, clock, one worker and the embedded store, all real processes."""

import http.server
import io
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from adapters.places import ROOT
from adapters.settings import Settings, load_settings
from emulator.rest_account import number_sid
from ivr.doctor.__main__ import main
from ivr.doctor.look_here import live_store
from ivr.doctor.model import RedisSays
from operations.processes import Fleet
from operations.setup import prepare
from operations.specs import specs_for
from operations.trial import write_emulator_config
from tests.rig.installation import CITY_NUMBER, Installation, install
from tests.rig.waiting import until

NEEDED = ("valkey", "emulator", "web", "worker-1", "clock")
INHERITED = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
WHOLE_SECONDS = 120.0  # machines under test may be starved


@dataclass(frozen=True)
class Told:
    """What one run of the command printed."""

    code: int
    lines: tuple[str, ...]
    errors: str

    def all(self, level: str, check: str) -> list[str]:
        return [line for line in self.lines if line.startswith(f"{level:<8}{check:<15}")]

    def faults(self) -> list[str]:
        return [line for line in self.lines if line.startswith("fault ")]


class House:
    def __init__(self, root: Path, needed: tuple[str, ...] = NEEDED) -> None:
        self.installation: Installation = install(root, f"sqlite:///{root}/var/data/service.db")
        self.settings: Settings = load_settings(self.installation.environment)
        specs = tuple(s for s in specs_for(self.settings, root, emulator=True) if s.name in needed)
        self.fleet = Fleet(self.installation.environment, root, specs)
        self.has_workers = "worker-1" in needed

    def start(self) -> "House":
        prepare(self.settings, True, lambda _: None)
        write_emulator_config(self.settings, self.installation.root)
        self.fleet.start()
        if self.has_workers:
            until(self.workers_registered, 30.0, lambda: "no worker gave a sign of life")
        return self

    def workers_registered(self) -> bool:
        found = live_store(self.settings.redis_url)
        return isinstance(found, RedisSays) and found.workers > 0

    def doctor(self, *arguments: str, typed: str = "", **changes: str) -> Told:
        """The command, in this process: a Python of its own costs more than all that it looks at. ``changes`` of its
        environment."""
        said, told = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as here, redirect_stdout(said), redirect_stderr(told):
            here.setattr(os, "environ", self._environment(changes))
            here.setattr(sys, "stdin", io.StringIO(typed))
            try:
                code = main(self._arguments(arguments))
            except SystemExit as ended:
                code = int(ended.code or 0)
        return Told(code, tuple(said.getvalue().splitlines()), told.getvalue())

    def typed_by_an_operator(self, *arguments: str, **changes: str) -> Told:
        """The real command, as an operator would run it. ``changes`` of its environment."""
        done = subprocess.run(
            [sys.executable, "-m", "ivr.doctor", *self._arguments(arguments)],
            cwd=ROOT,
            env=self._environment(changes),
            input="",
            capture_output=True,
            text=True,
            timeout=WHOLE_SECONDS,
            check=False,
        )
        return Told(done.returncode, tuple(done.stdout.splitlines()), done.stderr)

    def _environment(self, changes: Mapping[str, str]) -> dict[str, str]:
        return {**INHERITED, **self.installation.environment, **changes}

    def _arguments(self, arguments: tuple[str, ...]) -> list[str]:
        room = [] if "--least-free-mb" in arguments else ["--least-free-mb", "1"]
        return ["--root", str(self.installation.root), *arguments, *room]

    def number(self) -> Mapping[str, Any]:
        """The city's number as the provider keeps it."""
        found = self._rest("GET", "IncomingPhoneNumbers.json", {"PhoneNumber": CITY_NUMBER})
        return dict(found.json()["incoming_phone_numbers"][0])

    def set_number(self, **urls: str) -> None:
        assert self._rest("POST", f"IncomingPhoneNumbers/{number_sid(CITY_NUMBER)}.json", urls).ok

    def set_number_right(self) -> None:
        web = self.installation.web
        self.set_number(
            VoiceUrl=f"{web}/voice/incoming#rc=2&rp=ct,rt,5xx",
            VoiceFallbackUrl=f"{web}/voice/fallback",
            StatusCallback=f"{web}/voice/status",
            SmsUrl=f"{web}/sms/incoming#rc=2&rp=ct,rt,5xx",
        )

    def _rest(self, method: str, path: str, fields: Mapping[str, str]) -> requests.Response:
        place = self.installation
        return requests.request(
            method,
            f"{place.emulator}/2010-04-01/Accounts/{place.account}/{path}",
            params=fields if method == "GET" else None,
            data=fields if method == "POST" else None,
            auth=(place.account, place.token),
            timeout=10,
        )


@dataclass
class Site:
    """A web server of somebody else's."""

    base: str
    status: int = 200
    content_type: str = "text/xml"
    body: str = ""
    date: str | None = None


@contextmanager
def site() -> Iterator[Site]:
    class Pages(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            self.rfile.read(length)
            body = told.body.encode()
            self.send_response_only(told.status)
            self.send_header("Date", told.date or self.date_time_string())
            self.send_header("Content-Type", told.content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815  the library's names

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing to the terminal."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    told = Site(f"http://localhost:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
