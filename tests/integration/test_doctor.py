"""``python -m ivr.doctor`` against real processes: a healthy house, and what it says of each fault."""

import json
import re
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from adapters.migrate import upgrade
from ivr import fallback
from ivr.doctor.__main__ import main
from tests.integration.doctor_rig import House, site
from tests.rig.installation import CITY_NUMBER
from tests.rig.ports import free_ports

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def _house() -> Iterator[House]:
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder)).start()
        yield house
        house.fleet.stop()


@pytest.fixture
def house(_house: House) -> House:
    _house.set_number_right()
    return _house


def test_a_healthy_trial_has_no_fault(house: House) -> None:
    told = house.typed_by_an_operator()
    assert told.faults() == []
    assert told.code == 0
    for check in ("keys", "number", "webhooks", "origin", "signature", "sql", "redis", "workers", "clock", "ruleset"):
        assert told.all("ok", check), check
    assert len(told.all("ok", "holidays")) == 3
    assert told.all("warning", "fallback"), "a fallback on our own host is told even in a trial"
    assert told.lines[-1].startswith("faults: 0, ")


def test_what_the_provider_cannot_tell_is_a_question_to_tick(house: House) -> None:
    """The emulator knows nothing of profiles and permissions, and no API tells of approvals at Traficom."""
    told = house.doctor()
    for check in ("profile", "rate", "geo", "sms", "media", "number"):
        assert told.all("[ ]", check), check


def test_no_secret_is_ever_printed(house: House) -> None:
    told = house.doctor()
    environment = house.installation.environment
    for name in ("TWILIO_AUTH_TOKEN", "TWILIO_API_SECRET", "SECRET_KEY"):
        assert environment[name] not in "\n".join(told.lines) + told.errors


def test_wrong_webhooks_are_named_and_mended(house: House) -> None:
    house.set_number(VoiceUrl="https://old.example/ivr", StatusCallback="", SmsUrl="https://demo.example/reply")
    told = house.doctor()
    assert told.code == 1
    assert len(told.all("fault", "webhooks")) == 3
    assert "https://old.example/ivr" in told.all("fault", "webhooks")[0]
    assert "--set-webhooks" in told.all("fault", "webhooks")[0]

    mended = house.doctor("--set-webhooks")
    assert mended.faults() == []
    assert mended.code == 0
    number, base = house.number(), house.installation.web
    assert number["voice_url"] == f"{base}/voice/incoming#rc=2&rp=ct,rt,5xx"
    assert number["status_callback"] == f"{base}/voice/status"
    assert number["sms_url"] == f"{base}/sms/incoming#rc=2&rp=ct,rt,5xx"
    assert number["voice_fallback_url"] == f"{base}/voice/fallback"


def test_the_hosted_fallback_is_set_and_compared_with_the_published_rules(house: House) -> None:
    kept = (house.settings.data_dir / fallback.PLACE).read_text(encoding="utf-8")
    with site() as elsewhere:
        url = f"{elsewhere.base}/fallback.xml"
        elsewhere.body = kept
        assert house.doctor("--set-webhooks", "--fallback-url", url).all("ok", "fallback")[-1].find(url) > 0
        assert house.number()["voice_fallback_url"] == url

        elsewhere.body = kept.replace("version 1 ", "version 0 ")
        assert "version 1 " in house.doctor().all("fault", "fallback")[0]
        elsewhere.body, elsewhere.content_type = kept, "application/octet-stream"
        assert "application/octet-stream" in house.doctor().all("fault", "fallback")[0]
        elsewhere.status = 405
        assert "POST" in house.doctor().all("fault", "fallback")[0]
    assert "does not answer" in house.doctor().all("fault", "fallback")[0]


def test_a_number_that_is_not_ours(house: House) -> None:
    told = house.doctor("--set-webhooks", CITY_NUMBER="+358179999999")
    assert told.code == 1
    assert "nothing was set" in told.all("fault", "webhooks")[0]
    assert told.all("fault", "number")
    assert told.all("fault", "caller_id")
    assert told.all("[ ]", "number"), "it goes on after a fault"


def test_a_forwarded_number_is_judged_by_the_number_it_is_forwarded_to(house: House) -> None:
    told = house.doctor(CITY_NUMBER="+358179999999", CALLER_ID=CITY_NUMBER)
    assert told.all("fault", "number") == []
    assert CITY_NUMBER in told.all("ok", "number")[0]
    assert len(told.all("ok", "webhooks")) == 3


def test_a_wrong_token(house: House) -> None:
    """By the real command: a script that waits for its word reads how it ended."""
    told = house.typed_by_an_operator(TWILIO_AUTH_TOKEN="0123456789abcdef0123456789abcdef")
    assert told.code == 1
    assert "HTTP 401" in told.all("fault", "keys")[0]
    assert "a signed webhook is refused" in told.all("fault", "signature")[0]


def test_a_wrong_api_key(house: House) -> None:
    told = house.doctor(TWILIO_API_SECRET="not-the-secret-of-this-key")
    assert [line for line in told.all("fault", "keys") if "TWILIO_API_KEY" in line]


def test_redis_down(house: House) -> None:
    told = house.doctor(REDIS_URL="redis://127.0.0.1:1/0")
    assert told.code == 1
    assert len(told.all("fault", "redis")) == 1
    assert told.all("ok", "signature"), "it goes on after a fault"


def test_no_tables_and_then_no_ruleset(house: House, tmp_path: Path) -> None:
    nowhere = f"sqlite:///{tmp_path}/nothing.db"
    assert house.doctor(DATABASE_URL=nowhere).all("fault", "sql")
    assert not (tmp_path / "nothing.db").exists(), "looking must not make a record"
    upgrade(nowhere)
    told = house.doctor(DATABASE_URL=nowhere)
    assert told.all("fault", "ruleset")
    assert told.all("fault", "clock_process")
    assert told.all("ok", "sql")


def test_an_old_schema(house: House, tmp_path: Path) -> None:
    old = f"sqlite:///{tmp_path}/old.db"
    upgrade(old, "0001")
    assert "0001" in house.doctor(DATABASE_URL=old).all("fault", "sql")[0]


def test_a_full_disk(house: House) -> None:
    told = house.doctor("--least-free-mb", "999999999")
    assert told.code == 1
    assert told.all("fault", "disk")


def test_a_clock_that_is_off(house: House) -> None:
    with site() as provider:
        provider.content_type, provider.body = "application/json", '{"status": "active", "type": "Full"}'
        provider.date = format_datetime(datetime.now(UTC) - timedelta(minutes=10), usegmt=True)
        told = house.doctor(TWILIO_API_BASE_URL=provider.base)
        seconds = re.search(r"is \+(\d+) s off", told.all("fault", "clock")[0])
        assert seconds is not None
        assert 600 <= int(seconds.group(1)) < 660
        provider.date = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
        assert told.all("ok", "sql")
        assert house.doctor(TWILIO_API_BASE_URL=provider.base).all("warning", "clock")


def test_a_provider_that_does_not_answer_and_a_service_that_is_down(house: House) -> None:
    (port,) = free_ports(1)
    nobody = f"http://127.0.0.1:{port}"
    told = house.doctor(TWILIO_API_BASE_URL=nobody, PUBLIC_BASE_URL=nobody)
    assert told.code == 1
    for check in ("keys", "origin", "signature"):
        assert told.all("fault", check), check


def test_something_else_that_answers_at_our_origin(house: House) -> None:
    with site() as other:
        other.body = "<Response/>"
        told = house.doctor(PUBLIC_BASE_URL=other.base)
    assert "answered HTTP 200, not 403" in told.all("fault", "signature")[0]


def test_settings_that_are_missing_are_each_a_fault(house: House) -> None:
    told = house.doctor(CITY_NUMBER="017 123", PUBLIC_BASE_URL="")
    assert told.code == 1
    assert len(told.all("fault", "settings")) == 2


def test_a_trial_that_was_never_started(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--trial", "--root", str(tmp_path)])
    assert ended.value.code == 2
    assert "make run" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_what_a_real_account_tells_is_judged(house: House) -> None:
    """Somebody's server that answers as Twilio documents it: profile, permissions, a recording anybody can fetch."""
    told = {
        "status": "active",
        "type": "Trial",
        "results": [{"friendly_name": "City of K", "status": "twilio-approved"}],
        "low_risk_numbers_enabled": True,
        "high_risk_special_numbers_enabled": True,
        "recordings": [{"sid": "RE1"}],
        "incoming_phone_numbers": [],
    }
    with site() as provider:
        provider.content_type, provider.body = "application/json", json.dumps(told)
        found = house.doctor(TWILIO_API_BASE_URL=provider.base)
    assert "City of K" in found.all("ok", "profile")[0]
    assert len(found.all("warning", "geo")) == 2
    for check in ("keys", "media", "number", "sms"):
        assert found.all("fault", check), check


@pytest.mark.parametrize(
    "wrong",
    [("--call-me", "0401234567"), ("--fallback-url", "https://a.example/f.xml"), ("--cure",), ("--least-free-mb", "x")],
)
def test_wrong_usage(house: House, wrong: tuple[str, ...]) -> None:
    told = house.doctor(*wrong)
    assert told.code == 2
    assert told.lines == ()
    assert "usage" in told.errors
