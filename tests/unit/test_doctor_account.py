"""What the doctor makes of what the account tells: keys, number, webhooks, profile, permissions, sender, media."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from adapters.provider_facts import Account, Country, NotTold, OwnedNumber, Profile
from ivr.doctor import judge_account
from ivr.doctor.model import Answer, Finding, NoAnswer, Wanted

CITY, SHOWN, BASE = "+358171234567", "+358501234567", "https://voice.example.fi"
WANTED = Wanted(CITY, CITY, BASE)
FORWARDED = Wanted(CITY, SHOWN, BASE)
ELSEWHERE = "https://static.example.org/fallback.xml"
OWNED = OwnedNumber(
    sid="PN1", voice_url=WANTED.voice_url, voice_method="POST", fallback_url=ELSEWHERE, fallback_method="GET",
    status_callback=WANTED.status_callback, sms_url=WANTED.sms_url, sms_method="POST", application="", voice=True,
    sms=True,
)  # fmt: skip
FULL = Account("active", "Full", 1000.0)
SILENT, UNKNOWN, LOCKED = NotTold(0, "ConnectTimeout"), NotTold(404), NotTold(401)


def found(findings: Finding | Iterable[Finding]) -> list[str]:
    each = [findings] if isinstance(findings, Finding) else list(findings)
    return [f"{f.level} {f.key}" for f in each]


@pytest.mark.parametrize(
    ("account", "key", "expected"),
    [
        (FULL, True, ["ok keys.accepted", "ok keys.api_accepted"]),
        (FULL, False, ["ok keys.accepted", "fault keys.api_refused"]),
        (FULL, None, ["ok keys.accepted", "warning keys.api_missing"]),
        (FULL, SILENT, ["ok keys.accepted", "ask keys.api_unreadable"]),
        (LOCKED, True, ["fault keys.refused", "ok keys.api_accepted"]),
        (NotTold(403), True, ["fault keys.refused", "ok keys.api_accepted"]),
        (SILENT, True, ["fault keys.silent", "ok keys.api_accepted"]),
        (UNKNOWN, True, ["ask keys.unreadable", "ok keys.api_accepted"]),
        (NotTold(500), True, ["ask keys.unreadable", "ok keys.api_accepted"]),
        (replace(FULL, status="suspended"), True, ["fault keys.suspended", "ok keys.api_accepted"]),
        (replace(FULL, kind="Trial"), True, ["fault keys.trial", "ok keys.api_accepted"]),
    ],
)
def test_keys(account: Account | NotTold, key: bool | NotTold | None, expected: list[str]) -> None:
    assert found(judge_account.keys(account, key)) == expected


@pytest.mark.parametrize(
    ("city", "shown", "wanted", "expected"),
    [
        (OWNED, OWNED, WANTED, ["ok number.owned", "ok caller_id.owned"]),
        (None, None, WANTED, ["fault number.missing", "fault caller_id.missing"]),
        (replace(OWNED, voice=False), OWNED, WANTED, ["fault number.no_voice", "ok caller_id.owned"]),
        (UNKNOWN, UNKNOWN, WANTED, ["ask number.unreadable", "ask caller_id.unreadable"]),
        (None, OWNED, FORWARDED, ["ok number.forwarded", "ok caller_id.owned"]),
        (None, None, FORWARDED, ["fault number.missing", "fault caller_id.missing"]),
        (OWNED, None, FORWARDED, ["ok number.owned", "fault caller_id.missing"]),
    ],
)
def test_numbers(city: judge_account.Number, shown: judge_account.Number, wanted: Wanted, expected: list[str]) -> None:
    assert found(judge_account.numbers(city, shown, wanted)) == expected


def test_the_webhooks_that_count_are_the_city_numbers_or_those_of_the_number_it_is_forwarded_to() -> None:
    other = replace(OWNED, sid="PN2")
    assert judge_account.answering(OWNED, other) == OWNED
    assert judge_account.answering(None, other) == other
    assert judge_account.answering(UNKNOWN, None) is None


RIGHT = ["ok webhooks.voice", "ok webhooks.status", "ok webhooks.sms"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, RIGHT),
        ({"voice_url": "https://old.example/ivr"}, ["fault webhooks.voice_wrong", *RIGHT[1:]]),
        ({"voice_url": ""}, ["fault webhooks.voice_wrong", *RIGHT[1:]]),
        ({"voice_url": f"{BASE}/voice/incoming"}, ["warning webhooks.retries", *RIGHT[1:]]),
        ({"voice_url": f"{BASE}/voice/incoming/#rc=2"}, ["fault webhooks.voice_wrong", *RIGHT[1:]]),
        ({"voice_method": "GET"}, ["fault webhooks.method", *RIGHT[1:]]),
        ({"status_callback": ""}, [RIGHT[0], "fault webhooks.status_wrong", RIGHT[2]]),
        ({"sms_url": "https://demo.example/welcome/sms/reply"}, [*RIGHT[:2], "fault webhooks.sms_wrong"]),
        ({"sms_method": "GET"}, [*RIGHT[:2], "fault webhooks.method"]),
        ({"fallback_url": ""}, [*RIGHT, "fault webhooks.no_fallback"]),
        ({"application": "AP1"}, ["fault webhooks.application", *RIGHT]),
    ],
)
def test_webhooks(change: dict[str, str], expected: list[str]) -> None:
    values = {name: change.get(name, getattr(OWNED, name)) for name in OWNED.__dataclass_fields__}
    assert found(judge_account.webhooks(OwnedNumber(**values), WANTED)) == expected


@pytest.mark.parametrize(
    ("profiles", "expected"),
    [
        ((Profile("City of K", "twilio-approved"),), ["ok profile.approved", "ask profile.kind"]),
        ((Profile("a", "draft"), Profile("b", "twilio-approved")), ["ok profile.approved", "ask profile.kind"]),
        ((Profile("a", "in-review"),), ["fault profile.pending"]),
        ((Profile("a", "twilio-rejected"),), ["fault profile.pending"]),
        ((), ["fault profile.none"]),
        (UNKNOWN, ["ask profile.unreadable"]),
    ],
)
def test_profile(profiles: tuple[Profile, ...] | NotTold, expected: list[str]) -> None:
    assert found(judge_account.profile(profiles)) == expected


@pytest.mark.parametrize(
    ("finland", "aland", "expected"),
    [
        (Country("FI", True, False), Country("AX", True, False), ["ok geo.open", "ok geo.open"]),
        (Country("FI", True, False), UNKNOWN, ["ok geo.open"]),
        (Country("FI", False, False), UNKNOWN, ["fault geo.closed"]),
        (Country("FI", True, True), UNKNOWN, ["warning geo.risky"]),
        (UNKNOWN, UNKNOWN, ["ask geo.unreadable"]),
    ],
)
def test_geo(finland: Country | NotTold, aland: Country | NotTold, expected: list[str]) -> None:
    assert found(judge_account.geo((("FI", finland), ("AX", aland)))) == expected


@pytest.mark.parametrize(
    ("sender", "owned", "expected"),
    [
        ("", None, ["ok sms.none"]),
        (CITY, OWNED, ["ok sms.number", "ask sms.approval"]),
        (CITY, replace(OWNED, sms=False), ["fault sms.unable", "ask sms.approval"]),
        (CITY, None, ["fault sms.missing", "ask sms.approval"]),
        (CITY, UNKNOWN, ["ask sms.unreadable", "ask sms.approval"]),
        ("Kuopio", None, ["ok sms.named", "ask sms.approval"]),
        ("Kuopio stad", None, ["ok sms.named", "ask sms.approval"]),
        ("Kuopion kaupunki", None, ["fault sms.name", "ask sms.approval"]),
        ("Jyväskylä", None, ["fault sms.name", "ask sms.approval"]),
        ("18100", None, ["fault sms.name", "ask sms.approval"]),
    ],
)
def test_sms(sender: str, owned: judge_account.Number, expected: list[str]) -> None:
    assert found(judge_account.sms(sender, owned)) == expected


@pytest.mark.parametrize(
    ("recording", "anonymous", "expected"),
    [
        ("https://x/RE1.wav", Answer(401, "", ""), "ok media.closed"),
        ("https://x/RE1.wav", Answer(200, "audio/x-wav", "RIFF"), "fault media.open"),
        ("https://x/RE1.wav", Answer(404, "", ""), "ask media.unclear"),
        ("https://x/RE1.wav", NoAnswer("ConnectTimeout"), "ask media.unclear"),
        (None, None, "ask media.nothing_to_try"),
        (UNKNOWN, None, "ask media.nothing_to_try"),
    ],
)
def test_media(recording: str | None | NotTold, anonymous: Answer | NoAnswer | None, expected: str) -> None:
    assert found(judge_account.media(recording, anonymous)) == [expected]
