"""A running emulator with a small voice service behind it, for trying the telephones people use.

The service is a handful of documents, none of the city's; what is tried here is the telephone.
"""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import requests
from flask import Flask, Response, request
from werkzeug.serving import make_server

from tests.rig.waiting import until

ACCOUNT = "AC" + "5" * 32
AUTH = "emulated-auth"
KEY = "SK" + "6" * 32
KEY_HALF = "emulated-key-half-of-32-letters-at-least"
CITY = "+358175550100"
START = "2026-11-24T10:00:00+02:00"

WELCOME = """<Response><Gather numDigits="1" action="/chosen" timeout="60">
<Say language="fi-FI">Kuopion kaupunki. Suomeksi: paina yksi.</Say>
<Say language="sv-SE">På svenska: tryck två.</Say>
</Gather><Say language="en-US">Nothing was pressed.</Say></Response>"""
CHOSEN = {
    "1": '<Response><Say language="fi-FI">Kiitos. Painoit yksi.</Say><Pause length="300"/></Response>',
    "2": '<Response><Say language="sv-SE">Tack och adjö.</Say><Hangup/></Response>',
    "3": "<Response><Number>wrong place</Number></Response>",
    "4": '<Response><Dial><Client>a_1</Client></Dial><Say language="fi-FI">Ohi on.</Say></Response>',
}
CHOSEN |= {
    "5": '<Response><Say language="fi-FI">Jätä viesti äänimerkin jälkeen.</Say>'
    '<Record action="/left" finishOnKey="#" timeout="8"/><Say language="fi-FI">Viestiä ei kuulunut.</Say></Response>',
    "6": '<Response><Gather input="dtmf speech" language="fi-FI" numDigits="1" speechTimeout="1" timeout="60" '
    'action="/said"><Say language="fi-FI">Kerro asiasi.</Say></Gather></Response>',
}
LEFT = '<Response><Say language="fi-FI">Kiitos viestistä.</Say><Pause length="300"/></Response>'
SAID = '<Response><Say language="fi-FI">Kuulin: {}.</Say><Pause length="300"/></Response>'
RING_BACK = '<Response><Say language="sv-SE">Ni bad oss ringa tillbaka.</Say><Pause length="300"/></Response>'
CONSOLE = (
    '<!doctype html><html lang="en"><title>Console</title><script src="{origin}/voice-sdk.js"></script><h1>Console</h1>'
)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _said(form: Mapping[str, str]) -> str:
    return SAID.format(form.get("SpeechResult") or form.get("Digits", ""))


def voice_service(emulator: str) -> Flask:
    app = Flask(__name__)

    def document(text: str) -> Response:
        return Response(text, mimetype="text/xml")

    app.add_url_rule("/welcome", "welcome", lambda: document(WELCOME), methods=["POST"])
    app.add_url_rule("/chosen", "chosen", lambda: document(CHOSEN[request.form["Digits"]]), methods=["POST"])
    app.add_url_rule("/left", "left", lambda: document(LEFT), methods=["POST"])
    app.add_url_rule("/said", "said", lambda: document(_said(request.form)), methods=["POST"])
    app.add_url_rule("/ring-back", "ring-back", lambda: document(RING_BACK), methods=["POST"])
    app.add_url_rule("/console", "console", lambda: CONSOLE.format(origin=emulator))
    return app


@dataclass
class Laboratory:
    emulator: str
    service: str
    config: Path
    process: subprocess.Popen[bytes]

    def restart(self) -> None:
        """Stops the emulator as a power cut would, and starts it at the same address."""
        self.process.kill()
        self.process.wait()
        self.process = _start(self.config, self.emulator)

    def rest(self, path: str, **fields: str) -> dict[str, str]:
        address = f"{self.emulator}/2010-04-01/Accounts/{ACCOUNT}/{path}.json"
        answer = requests.post(address, data=fields, auth=(ACCOUNT, AUTH), timeout=10)
        answer.raise_for_status()
        return dict(answer.json())

    def ring_back(self, number: str, document: str = "ring-back") -> str:
        return self.rest("Calls", To=number, From=CITY, Url=f"{self.service}/{document}")["sid"]

    def status(self, call_sid: str) -> str:
        return str(requests.get(f"{self.emulator}/lab/calls/{call_sid}", timeout=10).json()["status"])

    def recordings(self) -> list[dict[str, object]]:
        return list(requests.get(f"{self.emulator}/lab/recordings", timeout=10).json()["recordings"])

    def set_rate(self, rate: float) -> None:
        requests.post(f"{self.emulator}/lab/clock", json={"rate": rate}, timeout=10).raise_for_status()

    def business_time(self) -> datetime:
        return datetime.fromisoformat(requests.get(f"{self.emulator}/lab/clock", timeout=10).json()["business_time"])

    def until_business(self, moment: datetime) -> None:
        until(lambda: self.business_time() >= moment, 20, lambda: f"the clock has not come to {moment}")

    def reset(self) -> None:
        requests.post(f"{self.emulator}/lab/reset", json={}, timeout=10).raise_for_status()
        requests.post(f"{self.emulator}/lab/clock", json={"business_time": START, "rate": 10}, timeout=10)


def start(place: Path) -> tuple[Laboratory, threading.Thread]:
    port, service_port = free_port(), free_port()
    emulator, service = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{service_port}"
    config = place / "emulator.json"
    config.write_text(json.dumps(_config(port, service, place)), encoding="utf-8")
    server = make_server("127.0.0.1", service_port, voice_service(emulator), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    return Laboratory(emulator, service, config, _start(config, emulator)), thread


def _config(port: int, service: str, place: Path) -> dict[str, object]:
    return {
        "host": "127.0.0.1",
        "port": port,
        "account_sid": ACCOUNT,
        "auth_token": AUTH,
        "api_key": KEY,
        "api_secret": KEY_HALF,
        "clock_file": str(place / "clock.json"),
        "state_file": None,
        "numbers": [
            {
                "number": CITY,
                "voice_url": f"{service}/welcome",
                "voice_fallback_url": None,
                "status_callback": None,
                "sms_url": None,
            }
        ],
    }


def _start(config: Path, emulator: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-m", "emulator", "--config", str(config)])
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        try:
            requests.get(f"{emulator}/lab/clock", timeout=2).raise_for_status()
            return process
        except requests.ConnectionError:
            time.sleep(0.05)
    process.kill()
    raise AssertionError("the emulator did not start")
