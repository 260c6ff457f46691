"""The trial beside the emulator: its secrets, its environment, its demo accounts. Never for real residents."""

import base64
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from adapters.database import Database
from adapters.places import Places
from adapters.settings import Settings
from console.signing_in.passwords import hash_password
from operations import store
from operations.specs import EMULATOR_CONFIG

CITY_NUMBER = "+358175550100"
QUARANTINE_SECONDS = "60"
PORTS = {"WEB_PORT": "8080", "EVENTS_PORT": "8081", "EMULATOR_PORT": "8082"}
PACE = {"CALLS_PER_SECOND": "20", "TEXTS_PER_SECOND": "20"}  # the emulator has no limit, time may run at sixty times
# what a developer may change by the environment; an account's real keys in it must not reach the trial
MAY_CHANGE = (
    *PORTS, *PACE, "CALLS_AT_ONCE", "DATABASE_URL", "REDIS_URL", "RULESET_FILE", "LOG_LEVEL", "CITY_NUMBER",
    "QUARANTINE_SECONDS",
)  # fmt: skip
RETRIES = "#rc=2&rp=ct,rt,5xx"


@dataclass(frozen=True)
class DemoAccount:
    sign_in: str
    name: str
    role: str
    languages: tuple[str, ...]
    departments: tuple[str, ...]
    owns_rules: bool = False

    @property
    def id(self) -> str:
        return f"a_{self.sign_in}"

    @property
    def password(self) -> str:
        return f"demo-{self.sign_in}"


_ALL = (
    *("housing", "waterworks", "streets", "transport", "families", "employment"),
    *("culture", "advice", "extended", "county", "county-social", "parish", "waste"),
)
DEMO_ACCOUNTS = (
    DemoAccount("aino", "Aino Demo", "agent", ("fi", "en"), ("housing", "families", "employment", "advice")),
    DemoAccount(
        "bertil", "Bertil Demo", "agent", ("sv", "fi"), ("housing", "streets", "waterworks", "advice", "extended")
    ),
    DemoAccount("cecilia", "Cecilia Demo", "agent", ("fi", "sv", "en"), ("extended", "culture", "transport")),
    DemoAccount("sirpa", "Sirpa Demo", "supervisor", ("fi", "sv", "en"), _ALL, owns_rules=True),
    DemoAccount("olli", "Olli Demo", "administrator", ("fi", "sv", "en"), ()),
)


def environment(root: Path, given: Mapping[str, str]) -> dict[str, str]:
    """Everything the processes of a trial need; secrets are made once and kept."""
    places = Places(root)
    chosen = {name: given[name] for name in MAY_CHANGE if given.get(name)}
    whole = {
        **PORTS,
        **PACE,
        "CITY_NUMBER": CITY_NUMBER,
        "QUARANTINE_SECONDS": QUARANTINE_SECONDS,
        **_secrets(places.data / "secrets.json"),
        "DATA_DIR": str(places.data),
        "CLOCK_FILE": str(places.data / "clock.json"),
        **chosen,
    }
    whole["SMS_SENDER"] = whole["CITY_NUMBER"]
    whole["PUBLIC_BASE_URL"] = f"http://127.0.0.1:{whole['WEB_PORT']}"
    whole["TWILIO_API_BASE_URL"] = f"http://127.0.0.1:{whole['EMULATOR_PORT']}"
    return whole


def write_emulator_config(settings: Settings, root: Path) -> Path:
    """As Twilio's console would be set up: docs/running.md tells the same for a real account."""
    web = settings.public_base_url
    number = {
        "number": settings.city_number,
        "voice_url": f"{web}/voice/incoming{RETRIES}",
        "voice_fallback_url": f"{web}/voice/fallback",
        "status_callback": f"{web}/voice/status",
        "sms_url": f"{web}/sms/incoming{RETRIES}",
    }
    config = {
        "host": "127.0.0.1",
        "port": settings.emulator_port,
        "account_sid": settings.twilio_account_sid,
        "auth_token": settings.twilio_auth_token,
        "api_key": settings.twilio_api_key,
        "api_secret": settings.twilio_api_secret,
        "clock_file": str(settings.clock_file) if settings.clock_file else None,
        "state_file": str(settings.data_dir / "emulator.json"),
        "numbers": [number],
    }
    path = Places(root).run / EMULATOR_CONFIG
    _write_private(path, config)
    return path


def make_demo_accounts(database: Database) -> None:
    """Adds those that are missing; one that was changed stays as it is."""
    with database.read() as connection:
        known = store.sign_in_names(connection)
    rows = [_row(account) for account in DEMO_ACCOUNTS if account.sign_in not in known]
    if rows:
        with database.write() as tx:
            store.add_accounts(tx.connection, rows)


def _row(account: DemoAccount) -> dict[str, object]:
    return {
        "id": account.id,
        "sign_in": account.sign_in,
        "name": account.name,
        "password_hash": hash_password(account.password),
        "role": account.role,
        "departments": json.dumps(account.departments),
        "languages": json.dumps(account.languages),
        "owns_rules": account.owns_rules,
        "demo": True,
        "active": True,
    }


def _secrets(path: Path) -> dict[str, str]:
    if path.exists():
        kept: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        return kept
    made = {
        "TWILIO_ACCOUNT_SID": f"AC{secrets.token_hex(16)}",
        "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
        "TWILIO_API_KEY": f"SK{secrets.token_hex(16)}",
        "TWILIO_API_SECRET": secrets.token_urlsafe(24),
        "SECRET_KEY": secrets.token_urlsafe(32),
        "RECORDINGS_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
    }
    _write_private(path, made)
    return made


def _write_private(path: Path, content: Mapping[str, object]) -> None:
    fresh = path.with_suffix(".part")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2)
    fresh.replace(path)
