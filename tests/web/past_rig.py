"""Decisions of past calls and a night's findings in a test city's record."""

import json
from datetime import timedelta

from adapters.schema import call, route_decision, watch_run
from routing_rules.versions import drafts
from tests.web import rules_rig
from tests.web.console_rig import City

SID = "CA" + "4" * 32
UNKNOWN = "CA" + "5" * 32
ON_DUTY = {"housing": ["fi", "sv"], "advice": ["fi"], "extended": ["en", "fi", "sv"]}
SATURDAY = "2026-11-28T08:01:00+00:00"
SEEN = (
    {"code": "unspoken", "place": "housing.sv", "first_at": None, "values": {"language": "sv", "topic": "housing"}},
    {"code": "nobody_planned", "place": "culture", "first_at": SATURDAY, "values": {"desk": "culture"}},
)


def decided(city: City, call_sid: str = SID, **other: object) -> None:
    facts = {"staffed": ON_DUTY, "wait": 7, "areas": ["+35840"]}
    row = {
        "call_sid": call_sid,
        "at": city.clock.now() - timedelta(minutes=5),
        "ruleset_version": city.services.rules.plain().version,
        "topic": "housing",
        "language": "fi",
        "route": "line",
        "desk": "housing",
        "facts": json.dumps(facts),
    }
    city.put(route_decision, **(row | other))


SWEDISH_HOUSING = {
    "id": "swedish-housing",
    "name": {"fi": "Asuminen ruotsiksi", "sv": "Boende på svenska", "en": "Housing in Swedish"},
    "when": {"languages": ["sv"], "topics": ["housing"]},
    "department": "advice",
}


def lively(city: City) -> None:
    """A draft that sends Swedish speakers about housing elsewhere, calls of the last days, and a night's findings."""
    rules_rig.published(city)
    rules_rig.draft(city)
    written = json.loads(rules_rig.sample_document()) | {"rules": [SWEDISH_HOUSING]}
    drafts.save(city.services.database, "d1", 1, json.dumps(written), "a_olli", city.clock.now())
    decided(city)
    for n in range(3):
        decided(city, f"CA{n:032x}", at=city.clock.now() - timedelta(minutes=n), language="sv")
    city.put(call, call_sid=UNKNOWN)
    night(city)


def night(city: City) -> None:
    at = city.clock.now().replace(hour=2, minute=0)
    row = {"ruleset_version": 1, "began_at": at, "ended_at": at + timedelta(seconds=20), "looked": 21528, "tried": 208}
    city.put(watch_run, id="w1", day="2026-11-24", findings=json.dumps(SEEN), **row)
