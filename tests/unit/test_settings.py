"""Settings: everything wrong is named at once, and what is unsafe for real residents is refused."""

import base64
from pathlib import Path

import pytest

from adapters.settings import SettingsInvalid, load_settings, serve_problems

GOOD = {
    "TWILIO_ACCOUNT_SID": "AC" + "0123456789abcdef" * 2,
    "TWILIO_AUTH_TOKEN": "fedcba9876543210fedcba9876543210",
    "TWILIO_API_KEY": "SK" + "0123456789abcdef" * 2,
    "TWILIO_API_SECRET": "s3cr3t-of-the-api-key-0123456789",
    "CITY_NUMBER": "+358171234567",
    "PUBLIC_BASE_URL": "https://voice.example.fi",
    "EVENTS_URL": "https://events.example.fi",
    "SECRET_KEY": "k" * 4 + "0123456789abcdefghijklmnopqrstuvwxyz",
    "RECORDINGS_KEY": base64.b64encode(bytes(range(32))).decode(),
}
LOCAL = {"TWILIO_API_BASE_URL": "http://127.0.0.1:8082"}


def problems_of(**changes: str) -> list[str]:
    with pytest.raises(SettingsInvalid) as invalid:
        load_settings(GOOD | changes)
    return invalid.value.problems


def test_a_complete_environment_is_accepted() -> None:
    settings = load_settings(GOOD)
    assert settings.city_number == "+358171234567"
    assert settings.shown_number == "+358171234567"
    assert settings.database_url == f"sqlite:///{settings.data_dir}/service.db"
    assert settings.embedded_redis
    assert settings.quarantine_seconds == 600
    assert serve_problems(settings) == []


def test_every_missing_setting_is_named_at_once() -> None:
    with pytest.raises(SettingsInvalid) as invalid:
        load_settings({"CITY_NUMBER": ""})
    named = {problem.split()[0] for problem in invalid.value.problems}
    assert named == {"TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "CITY_NUMBER", "PUBLIC_BASE_URL", "SECRET_KEY"}


def test_missing_and_malformed_settings_are_named_together() -> None:
    named = {
        problem.split(":")[0].split()[0]
        for problem in problems_of(
            SECRET_KEY="", CITY_NUMBER="0171234567", TWILIO_REGION="ie1", WEB_PORT="http", CLOCK_FILE="clock.json"
        )
    }
    assert named == {"SECRET_KEY", "CITY_NUMBER", "TWILIO_EDGE", "WEB_PORT", "CLOCK_FILE"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TWILIO_ACCOUNT_SID", "AC123"),
        ("PUBLIC_BASE_URL", "voice.example.fi"),
        ("PUBLIC_BASE_URL", "https://voice.example.fi/path"),
        ("CALLER_ID", "017 123"),
        ("DATABASE_URL", "mysql://x"),
        ("REDIS_URL", "localhost"),
        ("REDIS_URL", "redis://store.example:6379/0"),
        ("REDIS_URL", "redis://service@store.example:6379/0"),
        ("REDIS_URL", "rediss://service:@10.0.0.7"),
        ("REDIS_URL", "redis://127.0.0.1:26379,10.0.0.7:26379/0"),
        ("SECRET_KEY_PREVIOUS", "short"),
        ("RECORDINGS_KEY", "short"),
        ("QUARANTINE_SECONDS", "0"),
        ("LOG_LEVEL", "loud"),
        ("TWILIO_API_KEY", "SK" + "0" * 31),
    ],
)
def test_a_malformed_value_is_named(name: str, value: str) -> None:
    assert any(problem.startswith(name) for problem in problems_of(**{name: value}))


def test_no_secret_is_repeated_in_a_problem_or_a_printout() -> None:
    assert "hunter2" not in "".join(problems_of(SECRET_KEY="hunter2"))
    printed = repr(load_settings(GOOD))
    for name in ("TWILIO_AUTH_TOKEN", "TWILIO_API_SECRET", "SECRET_KEY"):
        assert GOOD[name] not in printed


def test_no_secret_of_any_kind_stands_in_a_printout() -> None:
    secrets = {
        "TWILIO_AUTH_TOKEN": "hidden-token-0123456789abcdefghijklm",
        "TWILIO_AUTH_TOKEN_PREVIOUS": "hidden-former-token-0123456789abcdef",
        "TWILIO_API_SECRET": "hidden-api-secret-0123456789abcdefgh",
        "SECRET_KEY": "hidden-secret-key-0123456789abcdefghi",
        "SECRET_KEY_PREVIOUS": "hidden-former-key-0123456789abcdefgh",
        "OPENID_ISSUER": "https://id.example",
        "OPENID_CLIENT_ID": "desk",
        "OPENID_CLIENT_SECRET": "hidden-client-secret",
        "DATABASE_URL": "postgresql+psycopg://service:hidden-database@db/city",
        "REDIS_URL": "redis://:hidden-store@store.example",
    }
    assert "hidden-" not in repr(load_settings(GOOD | secrets))
    assert "hidden-" not in "".join(problems_of(**secrets | {"CITY_NUMBER": "x", "TWILIO_REGION": "ie1"}))


@pytest.mark.parametrize("name", ["CLOCK_FILE", "FAULT_FILE"])
def test_shifted_time_and_faults_exist_only_beside_the_emulator(name: str) -> None:
    assert any(problem.startswith(name) for problem in problems_of(**{name: "file.json"}))
    assert load_settings(GOOD | LOCAL | {name: "file.json"})


def test_events_stand_beside_the_web_unless_said_otherwise() -> None:
    local = GOOD | LOCAL | {"PUBLIC_BASE_URL": "http://127.0.0.1:20001", "EVENTS_PORT": "20002", "EVENTS_URL": ""}
    assert load_settings(local).events_url == "http://127.0.0.1:20002"


def test_the_embedded_socket_path_is_short_and_belongs_to_its_data_directory(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    one = load_settings(GOOD | {"DATA_DIR": str(deep)}).redis_url
    other = load_settings(GOOD | {"DATA_DIR": str(tmp_path)}).redis_url
    assert len(one.removeprefix("unix://")) < 100
    assert one != other


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        (LOCAL, "TWILIO_API_BASE_URL"),
        ({"TWILIO_API_BASE_URL": "http://calls.example.fi"}, "TWILIO_API_BASE_URL"),
        ({"PUBLIC_BASE_URL": "http://voice.example.fi"}, "PUBLIC_BASE_URL"),
        ({"EVENTS_URL": ""}, "EVENTS_URL"),
        ({"SECRET_KEY": "0123456789abcdef"}, "SECRET_KEY"),
        ({"SECRET_KEY": "change-me-0123456789abcdefghijklmnopqr"}, "SECRET_KEY"),
        ({"QUARANTINE_SECONDS": "599"}, "QUARANTINE_SECONDS"),
        (LOCAL | {"CLOCK_FILE": "clock.json"}, "CLOCK_FILE"),
        (LOCAL | {"FAULT_FILE": "faults.json"}, "FAULT_FILE"),
        ({"TWILIO_API_KEY": "", "TWILIO_API_SECRET": ""}, "TWILIO_API_KEY"),
        ({"RECORDINGS_KEY": ""}, "RECORDINGS_KEY"),
        ({"SECRET_KEY_PREVIOUS": "0123456789abcdef"}, "SECRET_KEY_PREVIOUS"),
    ],
)
def test_unsafe_settings_are_refused_for_real_residents(changes: dict[str, str], word: str) -> None:
    assert any(word in problem for problem in serve_problems(load_settings(GOOD | changes)))


@pytest.mark.parametrize(
    "url",
    [
        "redis://127.0.0.1:6379/0",
        "redis://localhost",
        "redis://[::1]:6379",
        "unix:///run/store.sock",
        "redis://service:s3cr3t@store.example:6379/0",
        "rediss://:s3cr3t@10.0.0.7",
    ],
)
def test_a_store_here_or_one_that_asks_for_a_password_is_accepted(url: str) -> None:
    assert load_settings(GOOD | {"REDIS_URL": url}).redis_url == url


def test_recordings_key_of_thirty_two_bytes_is_accepted() -> None:
    key = base64.b64encode(bytes(range(32))).decode()
    assert load_settings(GOOD | {"RECORDINGS_KEY": key}).recordings_key == key
