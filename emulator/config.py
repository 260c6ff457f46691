"""What the emulator is started with: where it listens, the account's keys, the numbers it owns."""

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class OwnedNumber:
    """A number of the account, with the URLs that are set on it."""

    number: str
    voice_url: str = ""
    voice_fallback_url: str = ""
    status_callback: str = ""
    sms_url: str = ""


@dataclass(frozen=True)
class Config:
    host: str
    port: int
    account_sid: str
    auth_token: str
    api_key: str
    api_secret: str
    clock_file: Path | None
    state_file: Path | None
    numbers: tuple[OwnedNumber, ...]
    calls_per_second: float | None = None
    media_auth: bool = True  # the account's setting: recordings' sound only with the keys


def load(path: Path) -> Config:
    content = json.loads(path.read_text(encoding="utf-8"))
    return Config(
        host=content.get("host", "127.0.0.1"),
        port=int(content["port"]),
        account_sid=content["account_sid"],
        auth_token=content["auth_token"],
        api_key=content.get("api_key", ""),
        api_secret=content.get("api_secret", ""),
        clock_file=_path(content.get("clock_file")),
        state_file=_path(content.get("state_file")),
        numbers=tuple(_number(entry) for entry in content.get("numbers", [])),
        calls_per_second=content.get("calls_per_second"),
        media_auth=bool(content.get("media_auth", True)),
    )


def _number(entry: dict[str, str | None]) -> OwnedNumber:
    known = {name: value for name, value in entry.items() if value is not None}
    return OwnedNumber(**known)


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None
