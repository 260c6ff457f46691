"""The environment of a test city: keys, ports, directories. Values only, nothing is started."""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from adapters.places import Places
from tests.rig.ports import free_ports

CITY_NUMBER = "+358171234567"
QUARANTINE_SECONDS = 4.0
CALLS_PER_SECOND = "30"  # turns are taken, and their rate is not what a scenario waits for


@dataclass(frozen=True)
class Installation:
    root: Path
    web: str
    emulator: str
    account: str
    token: str
    environment: Mapping[str, str]

    @property
    def fault_file(self) -> Path:
        return self.root / "fault.json"


def install(root: Path, database_url: str, settings: Mapping[str, str] | None = None) -> Installation:
    """``settings`` overrule what is said here."""
    web_port, events_port, emulator_port = free_ports(3)
    web, emulator = f"http://127.0.0.1:{web_port}", f"http://127.0.0.1:{emulator_port}"
    account, token = f"AC{secrets.token_hex(16)}", secrets.token_hex(16)
    key, secret = f"SK{secrets.token_hex(16)}", secrets.token_hex(16)
    places = Places(root)
    places.make()
    environment = {
        "TWILIO_ACCOUNT_SID": account,
        "TWILIO_AUTH_TOKEN": token,
        "TWILIO_API_KEY": key,
        "TWILIO_API_SECRET": secret,
        "TWILIO_API_BASE_URL": emulator,
        "CITY_NUMBER": CITY_NUMBER,
        "SMS_SENDER": CITY_NUMBER,
        "PUBLIC_BASE_URL": web,
        "WEB_PORT": str(web_port),
        "EVENTS_PORT": str(events_port),
        "EMULATOR_PORT": str(emulator_port),
        "DATA_DIR": str(places.data),
        "DATABASE_URL": database_url,
        "SECRET_KEY": secrets.token_hex(32),
        "RECORDINGS_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "QUARANTINE_SECONDS": str(QUARANTINE_SECONDS),
        "CALLS_PER_SECOND": CALLS_PER_SECOND,
        "TEXTS_PER_SECOND": CALLS_PER_SECOND,
        "CLOCK_FILE": str(root / "clock.json"),
        "FAULT_FILE": str(root / "fault.json"),
        **(settings or {}),
    }
    return Installation(root, web, emulator, account, token, environment)
