"""Every setting of the service, read once from the environment and checked together.

Lives here: names, defaults, and what makes a value malformed or unsafe. Not here: what any part does with them.
An empty variable counts as unset. Secrets are plain strings with ``repr=False``; they are never logged.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from adapters.moved import followed
from adapters.origins import is_loopback, is_open_store, origin
from adapters.places import ROOT, socket_for
from adapters.sound_settings import SoundSettings
from adapters.store_places import names_sentinels, one_form, sentinels
from adapters.tariff import TariffSettings

REAL_TWILIO = "https://api.twilio.com"
SAFE_QUARANTINE_SECONDS = 600
SAFE_SECRET_CHARACTERS = 32
E164 = re.compile(r"\+[1-9]\d{6,14}")


class SettingsInvalid(Exception):
    """Every missing or malformed setting at once, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Settings(SoundSettings, TariffSettings):
    """Made from what ``load_settings`` is given and from nothing else: there is no hidden second source."""

    model_config = ConfigDict(frozen=True, extra="ignore", validate_default=True)

    # the provider
    twilio_account_sid: str = Field(pattern=r"^AC[0-9a-f]{32}$")
    twilio_auth_token: str = Field(min_length=16, repr=False)
    twilio_auth_token_previous: str = Field(default="", repr=False)
    twilio_api_base_url: str = REAL_TWILIO
    twilio_api_key: str = Field(default="", pattern=r"^(SK[0-9a-f]{32})?$")
    twilio_api_secret: str = Field(default="", repr=False, validate_default=True)
    twilio_region: str = Field(default="", pattern=r"^[a-z]{0,2}\d{0,2}$")
    twilio_edge: str = Field(default="", pattern=r"^[a-z-]*$", validate_default=True)

    # numbers
    city_number: str
    caller_id: str = ""
    sms_sender: str = Field(default="", max_length=16)
    test_call_from: str = ""

    # where we are
    public_base_url: str
    web_host: str = "127.0.0.1"
    web_port: int = Field(default=8080, ge=1, le=65535)
    events_port: int = Field(default=8081, ge=1, le=65535)
    emulator_port: int = Field(default=8082, ge=1, le=65535)
    events_url: str = Field(default="", validate_default=True)

    # what we keep
    data_dir: Path = Field(default=ROOT / "var" / "data", validate_default=True)
    database_url: str = Field(default="", repr=False, validate_default=True)
    redis_url: str = Field(default="", repr=False, validate_default=True)
    ruleset_file: Path = ROOT / "routing_rules" / "samples" / "kuopio.yaml"

    # secrets of our own
    secret_key: str = Field(min_length=16, repr=False)
    secret_key_previous: str = Field(default="", pattern=r"^(.{16,})?$", repr=False)

    # signing in
    openid_issuer: str = ""
    openid_client_id: str = Field(default="", max_length=200)
    openid_client_secret: str = Field(default="", repr=False, validate_default=True)
    openid_only: bool = Field(default=False, validate_default=True)
    proxy_hops: int = Field(default=0, ge=0, le=5)

    # behaviour
    quarantine_seconds: float = Field(default=SAFE_QUARANTINE_SECONDS, gt=0)
    calls_per_second: float = Field(default=1.0, ge=0, le=1000)
    calls_at_once: int = Field(default=0, ge=0, validate_default=True)
    texts_per_second: float = Field(default=1.0, ge=0, le=1000)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    metrics_token: str = Field(default="", pattern=r"^(.{16,200})?$", repr=False)
    clock_file: Path | None = None
    fault_file: Path | None = None

    @property
    def accepted_keys(self) -> tuple[str, ...]:
        """What signed marks, tickets and forms are checked with; new ones are made with ``secret_key`` alone."""
        return (self.secret_key, *((self.secret_key_previous,) if self.secret_key_previous else ()))

    @property
    def shown_number(self) -> str:
        """The number residents see on our calls."""
        return self.caller_id or self.city_number

    @property
    def embedded_redis(self) -> bool:
        return self.redis_url == _embedded_redis_url(self.data_dir)

    @field_validator("city_number", "caller_id", "test_call_from")
    @classmethod
    def _e164(cls, value: str) -> str:
        if value and not E164.fullmatch(value):
            raise ValueError("must be in international form, like +358171234567")
        return value

    @field_validator("public_base_url", "twilio_api_base_url")
    @classmethod
    def _is_origin(cls, value: str) -> str:
        return origin(value)

    @field_validator("twilio_api_secret")
    @classmethod
    def _secret_with_key(cls, value: str, info: ValidationInfo) -> str:
        if bool(value) != bool(info.data.get("twilio_api_key", value)):
            raise ValueError("TWILIO_API_KEY and TWILIO_API_SECRET belong together: set both or neither")
        return value

    @field_validator("openid_issuer")
    @classmethod
    def _encrypted_or_here(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and not (
            parts.hostname and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(value)))
        ):
            raise ValueError(
                "must begin with https:// and name a host (http:// is for a provider on this machine only)"
            )
        if parts.query or parts.fragment:
            raise ValueError("must be the issuer as the provider writes it, without query or fragment")
        return value

    @field_validator("openid_client_secret")
    @classmethod
    def _openid_whole(cls, value: str, info: ValidationInfo) -> str:
        given = (info.data.get("openid_issuer", value), info.data.get("openid_client_id", value), value)
        if any(given) and not all(given):
            raise ValueError(
                "OPENID_ISSUER, OPENID_CLIENT_ID and OPENID_CLIENT_SECRET belong together: set all or none"
            )
        return value

    @field_validator("openid_only")
    @classmethod
    def _somebody_can_sign_in(cls, value: bool, info: ValidationInfo) -> bool:
        if value and not info.data.get("openid_issuer", value):
            raise ValueError("nobody could sign in: set OPENID_ISSUER too")
        return value

    @field_validator("twilio_edge")
    @classmethod
    def _edge_with_region(cls, value: str, info: ValidationInfo) -> str:
        # a region without an edge is a host that Twilio has shut down: no call could be placed
        if bool(value) != bool(info.data.get("twilio_region", value)):
            raise ValueError("TWILIO_REGION and TWILIO_EDGE belong together: set both or neither")
        return value

    @field_validator("events_url")
    @classmethod
    def _events_beside_the_web(cls, value: str, info: ValidationInfo) -> str:
        if value:
            if urlsplit(value).scheme not in ("http", "https"):
                raise ValueError("must begin with http:// or https://")
            return value.rstrip("/")
        parts = urlsplit(info.data.get("public_base_url", ""))
        host = parts.hostname or "127.0.0.1"
        return f"{parts.scheme or 'http'}://{host}:{info.data.get('events_port', 8081)}"

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str, info: ValidationInfo) -> str:
        if not value:
            return f"sqlite:///{info.data.get('data_dir', Path('data')) / 'service.db'}"
        if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("must begin with sqlite:/// or postgresql+psycopg://")
        return one_form(value)

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, value: str, info: ValidationInfo) -> str:
        if not value:
            return _embedded_redis_url(info.data.get("data_dir", Path("data")))
        if names_sentinels(value):
            sentinels(value)
        elif not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("must begin with redis://, rediss://, unix:// or redis+sentinel://")
        if is_open_store(value):
            raise ValueError("names another machine and no password: whoever reaches it there could plant jobs")
        return value

    @field_validator("calls_at_once")
    @classmethod
    def _room_for_a_ring(cls, value: int) -> int:
        if value == 1:
            raise ValueError("1 is too few: a callback is two legs, the agent's and the resident's (0: no limit)")
        return value

    @field_validator("clock_file", "fault_file")
    @classmethod
    def _only_with_the_emulator(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        provider = info.data.get("twilio_api_base_url", REAL_TWILIO)
        if value and not is_loopback(provider):
            raise ValueError("is refused unless TWILIO_API_BASE_URL is on this machine: real residents keep real time")
        return value


def _embedded_redis_url(data_dir: Path) -> str:
    return f"unix://{socket_for(data_dir)}"


def load_settings(environment: Mapping[str, str]) -> Settings:
    """Raises SettingsInvalid with every problem at once. A record that was moved to another database is followed."""
    settings = settings_as_given(environment)
    url = followed(settings.database_url)
    return settings if url == settings.database_url else settings.model_copy(update={"database_url": url})


def settings_as_given(environment: Mapping[str, str]) -> Settings:
    """Raises SettingsInvalid."""
    given = {name: environment[name.upper()] for name in Settings.model_fields if environment.get(name.upper())}
    try:
        return Settings.model_validate(given)
    except ValidationError as invalid:
        raise SettingsInvalid(
            [_sentence(error["loc"], error["type"], error["msg"]) for error in invalid.errors()]
        ) from None


def _sentence(location: tuple[int | str, ...], kind: str, message: str) -> str:
    name = str(location[0]).upper()
    if kind == "missing":
        return f"{name} is missing."
    words = message.removeprefix("Value error, ")
    return f"{name}: {words}."


def serve_problems(settings: Settings) -> list[str]:
    """What makes these settings unsafe for real residents; empty means safe."""
    provider_here = is_loopback(settings.twilio_api_base_url)
    rules = (
        (provider_here, "TWILIO_API_BASE_URL is on this machine: the emulator belongs to make run."),
        (
            not provider_here and not settings.twilio_api_base_url.startswith("https://"),
            "TWILIO_API_BASE_URL is not https://: whoever listens would have the account.",
        ),
        (
            not settings.public_base_url.startswith("https://") or is_loopback(settings.public_base_url),
            "PUBLIC_BASE_URL must be the public https:// address that Twilio calls.",
        ),
        (
            "events_url" not in settings.model_fields_set or not settings.events_url.startswith("https://"),
            "EVENTS_URL must be set to an https:// address: agents' pages read live updates from it.",
        ),
        (len(settings.secret_key) < SAFE_SECRET_CHARACTERS, "SECRET_KEY is shorter than 32 characters."),
        (
            0 < len(settings.secret_key_previous) < SAFE_SECRET_CHARACTERS,
            "SECRET_KEY_PREVIOUS is shorter than 32 characters.",
        ),
        (not settings.recordings_key, "RECORDINGS_KEY is missing: voice messages could not be stored."),
        (_is_demo(settings), "SECRET_KEY or TWILIO_AUTH_TOKEN is an example value: make your own."),
        (
            settings.quarantine_seconds < SAFE_QUARANTINE_SECONDS,
            "QUARANTINE_SECONDS is below 600: a resident could be rung twice for one attempt.",
        ),
        (
            bool(settings.openid_issuer) and not settings.openid_issuer.startswith("https://"),
            "OPENID_ISSUER is not https://: whoever listens could sign in as anybody.",
        ),
        (settings.clock_file is not None, "CLOCK_FILE is set: business time must be real."),
        (settings.fault_file is not None, "FAULT_FILE is set: it exists for tests only."),
        (
            not settings.twilio_api_key,
            "TWILIO_API_KEY and TWILIO_API_SECRET are missing: agents' browser telephones need them.",
        ),
    )
    return [sentence for unsafe, sentence in rules if unsafe]


def _is_demo(settings: Settings) -> bool:
    values = [one for one in (settings.secret_key, settings.secret_key_previous, settings.twilio_auth_token) if one]
    return any(value.startswith(("demo", "change-me", "example")) or len(set(value)) < 6 for value in values)
