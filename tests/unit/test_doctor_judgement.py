"""What the doctor makes of the web, this machine, its rules and a trial call: facts in, level and finding out."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import pytest

from adapters.places import ROOT
from adapters.provider_facts import OwnedNumber
from ivr.doctor import judge_account, judge_here, judge_web
from ivr.doctor.live import Behaviour, compared, same_number, shown_number
from ivr.doctor.model import Answer, Finding, NoAnswer, Record, RedisSays, Wanted
from routing_rules.document import parse
from routing_rules.model import Hours, Interval, Ruleset

CITY, BASE = "+358171234567", "https://voice.example.fi"
WANTED = Wanted(CITY, CITY, BASE)
ELSEWHERE = "https://static.example.org/fallback.xml"
OWNED = OwnedNumber(
    sid="PN1", voice_url=WANTED.voice_url, voice_method="POST", fallback_url=ELSEWHERE, fallback_method="GET",
    status_callback=WANTED.status_callback, sms_url=WANTED.sms_url, sms_method="POST", application="", voice=True,
    sms=True,
)  # fmt: skip
TWIML = Answer(200, "text/xml; charset=utf-8", "<Response/>")
RULES = parse((ROOT / "routing_rules" / "samples" / "kuopio.yaml").read_text(encoding="utf-8"))
DOCUMENT = "<?xml version='1.0'?>\n<!-- version 7 -->\n<Response><Hangup/></Response>\n"
OTHER_WORDS = DOCUMENT.replace("<Hangup/>", "")


def found(findings: Finding | Iterable[Finding]) -> list[str]:
    each = [findings] if isinstance(findings, Finding) else list(findings)
    return [f"{f.level} {f.key}" for f in each]


@pytest.mark.parametrize(
    ("base", "aim", "health", "expected"),
    [
        (BASE, "residents", Answer(200, "text/plain", "alive"), ["ok origin.reached"]),
        (BASE, "residents", Answer(502, "text/html", ""), ["fault origin.odd"]),
        (BASE, "residents", Answer(301, "", ""), ["fault origin.odd"]),
        (BASE, "residents", NoAnswer("SSLError"), ["fault origin.silent"]),
        ("http://a.fi", "residents", Answer(200, "", ""), ["fault origin.plain", "ok origin.reached"]),
        ("http://a.fi", "trial", Answer(200, "", ""), ["ok origin.reached"]),
    ],
)
def test_origin(base: str, aim: judge_account.Aim, health: Answer | NoAnswer, expected: list[str]) -> None:
    assert found(judge_web.origin(base, health, aim)) == expected


@pytest.mark.parametrize(
    ("signed", "unsigned", "expected"),
    [
        (TWIML, Answer(403, "", ""), ["ok signature.accepted", "ok signature.unsigned_refused"]),
        (TWIML, TWIML, ["ok signature.accepted", "fault signature.unsigned_taken"]),
        (Answer(403, "", ""), Answer(403, "", ""), ["fault signature.refused", "ok signature.unsigned_refused"]),
        (Answer(500, "", ""), Answer(403, "", ""), ["fault signature.odd", "ok signature.unsigned_refused"]),
        (
            Answer(200, "text/html", "<html></html>"),
            Answer(200, "text/html", "<html></html>"),
            ["fault signature.odd", "fault signature.unsigned_taken"],
        ),
        (NoAnswer("Timeout"), NoAnswer("Timeout"), ["fault signature.silent"]),
        (TWIML, NoAnswer("Timeout"), ["ok signature.accepted", "fault signature.silent"]),
    ],
)
def test_signature(signed: Answer | NoAnswer, unsigned: Answer | NoAnswer, expected: list[str]) -> None:
    assert found(judge_web.signature(signed, unsigned)) == expected


@pytest.mark.parametrize(
    ("url", "said", "aim", "expected"),
    [
        (ELSEWHERE, Answer(200, "application/xml", DOCUMENT), "residents", "ok fallback.current"),
        (ELSEWHERE, Answer(200, "application/xml", DOCUMENT.strip()), "residents", "ok fallback.current"),
        (ELSEWHERE, Answer(200, "text/xml", DOCUMENT.replace("7", "6")), "residents", "fault fallback.older"),
        (ELSEWHERE, TWIML, "residents", "fault fallback.older"),
        (ELSEWHERE, Answer(200, "text/xml", OTHER_WORDS), "residents", "warning fallback.other_words"),
        (ELSEWHERE, Answer(200, "application/octet-stream", DOCUMENT), "residents", "fault fallback.no_twiml"),
        (ELSEWHERE, Answer(200, "text/xml", "<Response>"), "residents", "fault fallback.no_twiml"),
        (ELSEWHERE, Answer(404, "text/html", ""), "residents", "fault fallback.no_twiml"),
        (ELSEWHERE, Answer(405, "text/html", ""), "residents", "fault fallback.method"),
        (ELSEWHERE, NoAnswer("ConnectTimeout"), "residents", "fault fallback.silent"),
        (f"{BASE}/voice/fallback", None, "residents", "fault fallback.ours"),
        (f"{BASE}:8443/copy.xml", None, "residents", "fault fallback.ours"),
        (f"{BASE}/voice/fallback", None, "trial", "warning fallback.ours"),
        ("", None, "residents", "fault fallback.ours"),
    ],
)  # fmt: skip
def test_hosted_fallback(url: str, said: Answer | NoAnswer | None, aim: judge_account.Aim, expected: str) -> None:
    owned = replace(OWNED, fallback_url=url)
    assert found(judge_web.hosted_fallback(owned, BASE, said, DOCUMENT, aim)) == [expected]


@pytest.mark.parametrize(
    ("drift", "expected"),
    [
        (0.0, "ok clock.right"),
        (-4.9, "ok clock.right"),
        (6.0, "warning clock.drifts"),
        (-59.0, "warning clock.drifts"),
        (61.0, "fault clock.wrong"),
        (-3600.0, "fault clock.wrong"),
        (None, "ask clock.unknown"),
    ],
)
def test_clock(drift: float | None, expected: str) -> None:
    assert found(judge_here.clock(drift)) == [expected]


RECORD = Record("0002", "0002", 1000.0, None)


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (RECORD, ["ok sql.works", "ok clock_process.beats"]),
        (replace(RECORD, revision="0001"), ["ok sql.works", "fault sql.schema", "ok clock_process.beats"]),
        (replace(RECORD, beat=900.0), ["ok sql.works", "fault clock_process.silent"]),
        (replace(RECORD, beat=None), ["ok sql.works", "fault clock_process.never"]),
        (NoAnswer("OperationalError"), ["fault sql.silent"]),
    ],
)
def test_record(record: Record | NoAnswer, expected: list[str]) -> None:
    assert found(judge_here.record(record, 1020.0)) == expected


@pytest.mark.parametrize(
    ("says", "expected"),
    [
        (RedisSays("yes", "noeviction", 2), ["ok redis.answers", "ok workers.alive"]),
        (RedisSays("no", "noeviction", 1), ["ok redis.answers", "warning redis.not_durable", "ok workers.alive"]),
        (RedisSays("yes", "allkeys-lru", 1), ["ok redis.answers", "warning redis.evicts", "ok workers.alive"]),
        (RedisSays("", "", 1), ["ok redis.answers", "ask redis.unreadable", "ok workers.alive"]),
        (RedisSays("yes", "noeviction", 0), ["ok redis.answers", "fault workers.none"]),
        (NoAnswer("ConnectionError"), ["fault redis.silent"]),
    ],
)
def test_redis(says: RedisSays | NoAnswer, expected: list[str]) -> None:
    assert found(judge_here.redis(says)) == expected


@pytest.mark.parametrize(
    ("free", "expected"), [(999, "fault disk.full"), (1999, "warning disk.filling"), (2000, "ok disk.free")]
)
def test_disk(free: int, expected: str) -> None:
    assert found(judge_here.disk(free, 1000, "var/data")) == [expected]


def test_rules() -> None:
    assert found(judge_here.rules(RULES, {CITY})) == ["ok ruleset.published"]
    assert found(judge_here.rules(None, {CITY})) == ["fault ruleset.none"]
    assert found(judge_here.rules(NoAnswer("topics: is missing"), {CITY})) == ["fault ruleset.invalid"]


@pytest.mark.parametrize("circle", [RULES.departments[0].fallback_number, RULES.duties[0].numbers[-1]])
def test_nobody_is_sent_in_a_circle(circle: str) -> None:
    """Also by the number that the city's one is forwarded to, and by a duty number."""
    assert found(judge_here.rules(RULES, {CITY, circle})) == ["ok ruleset.published", "fault ruleset.circling"]


# --- holidays --------------------------------------------------------------------------------------------------------

WEEKDAYS = tuple((Interval(8 * 60, 15 * 60),) if day < 5 else () for day in range(7))


def rules_of(hours: Hours) -> Ruleset:
    return replace(RULES, departments=(replace(RULES.departments[0], id="housing", hours=hours),))


def holidays(hours: Hours, today: date) -> list[tuple[str, str, str]]:
    findings = judge_here.next_holidays(rules_of(hours), today)
    return [(f.level, dict(f.values)["day"], dict(f.values)["desks"]) for f in findings]


def test_the_next_three_named_holidays_and_what_the_desks_do_then() -> None:
    said = {"IndependenceDay": (), "ChristmasEve": (Interval(8 * 60, 12 * 60),), "ChristmasDay": ()}
    assert holidays(Hours(WEEKDAYS, holidays=said), date(2027, 12, 1)) == [
        ("ok", "2027-12-06", "-"),
        ("ok", "2027-12-24", "housing 08:00-12:00"),
        ("ok", "2027-12-25", "-"),
    ]


def test_a_desk_that_nobody_asked_about_a_holiday_is_a_warning_where_it_would_open() -> None:
    """Monday 6 December 2027 is Independence Day; Saturday 25 December the desk is closed anyway."""
    told = holidays(Hours(WEEKDAYS), date(2027, 12, 6))
    assert told[0] == ("warning", "2027-12-06", "housing 08:00-15:00")
    assert [level for level, _, _ in told] == ["warning", "warning", "ok"]


# --- which number the telephone showed -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "shown", ["+358 17 123 4567", "017 1234567", "00358171234567", "017-123 45 67", "+358171234567", "358171234567"]
)
def test_the_same_number_however_the_telephone_writes_it(shown: str) -> None:
    assert same_number(shown, CITY)


@pytest.mark.parametrize("shown", ["", "0171234568", "+46171234567", "+3580171234567", "1234567"])
def test_another_number(shown: str) -> None:
    assert not same_number(shown, CITY)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ("017 123 4567", "ok call_me.same"),
        ("+1 415 555 0100", "fault call_me.other"),
        ("", "fault call_me.hidden"),
        ("Tuntematon", "fault call_me.hidden"),
        (None, "ask call_me.not_asked"),
    ],
)
def test_shown_number(shown: str | None, expected: str) -> None:
    assert found(shown_number(shown, "+358401234567", CITY, "ringing")) == [expected]


def test_what_is_otherwise_than_assumed_is_a_warning() -> None:
    row = Behaviour("declined", "A declined call is busy.")
    assert found([compared(row, True, "busy"), compared(row, False, "no-answer")]) == [
        "ok live.as_assumed",
        "warning live.differs",
    ]
