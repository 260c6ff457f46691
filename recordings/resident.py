"""What a resident gets when she asks what is held about her: one document of plain values, of lasting shape.

Times are ISO 8601 in the city's zone. Of those who worked on her matters it says role and time, never the name: she
has a right to her data, and to know which office saw it (GDPR 15; CJEU C-579/21).
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from recordings.resident_store import Everything
from routing_rules.model import Ruleset

FORMAT = 1
Values = dict[str, Any]
Row = Any  # of any of the tables
UNSAID = frozenset({"resident_access", "resident_erasure", "hold_placed", "hold_ended"})  # deeds whose words name staff
OWN_WORDS = {"caller": "resident", "service": "service", "command line": "service"}


class Told:
    """One document's parts, with names in the reader's language."""

    def __init__(
        self, found: Everything, rules: Ruleset, language: str, files: Mapping[str, str], said: Mapping[str, list[str]]
    ) -> None:
        self.found, self.files, self.said = found, files, said
        self.zone = ZoneInfo(rules.time_zone)
        self.topics = {topic.id: topic.name[language] for topic in rules.topics}
        self.departments = {one.id: one.name[language] for one in rules.departments}

    def document(self, number: str, now: datetime) -> Values:
        found = self.found
        return {
            "format": FORMAT,
            "made_at": self.at(now),
            "number": number,
            "calls": [self.call(row) for row in found.calls],
            "code_tries": [{"at": self.at(datetime.fromtimestamp(row["made_machine"], UTC))} for row in found.tries],
            "requests": [self.request(row) for row in found.requests],
            "asked_for_others": [
                {**self.matter(row), "created_at": self.at(row["created_at"]), "state": row["state"]}
                for row in found.asked
            ],
            "waits": [self.wait(row) for row in found.stays],
            "texts": [self.text(row) for row in found.texts],
            "recordings": [self.recording(row) for row in found.recordings],
            "alarms": [
                {"made_at": self.at(row["made_at"]), "closed_at": self.at(row["closed_at"])} for row in found.items
            ],
            "holds": [
                {"kind": row["kind"], "from": self.at(row["made_at"]), "until": self.at(row["ended_at"])}
                for row in found.holds
            ],
            "missing": [
                {"kind": row["kind"], "made_at": self.at(row["made_at"]), "sound": sound}
                for row in found.recordings
                if (sound := sound_of(row, self.files)) in ("coming", "unreadable")
            ],
            "deeds": [self.deed(row) for row in found.deeds],
        }

    def at(self, moment: datetime | None) -> str | None:
        return None if moment is None else moment.astimezone(self.zone).isoformat(timespec="seconds")

    def call(self, row: Row) -> Values:
        times = {"arrived_at": self.at(row["arrived_at"]), "ended_at": self.at(row["ended_at"])}
        topic = self.topics.get(row["topic"], row["topic"])
        routes = [self.route(one) for one in _of(self.found.routes, "call_sid", row["call_sid"])]
        return {**times, "seconds": row["seconds"], "language": row["language"], "topic": topic, "routes": routes}

    def route(self, row: Row) -> Values:
        """Why the call went where: what was decided, and by what."""
        desk = self.departments.get(row["desk"], row["desk"])
        topic = self.topics.get(row["topic"], row["topic"])
        why = {"rules_version": row["ruleset_version"], "facts": json.loads(row["facts"])}
        return {"at": self.at(row["at"]), "topic": topic, "route": row["route"], "desk": desk, **why}

    def request(self, row: Row) -> Values:
        named = ("code", "language", "state", "outcome", "contact", "interpreter", "attempts", "urgent", "keyed_in")
        mine = _of(self.found.events, "request_id", row["id"])
        told = _of(self.found.promises, "request_id", row["id"])
        return {
            **self.matter(row),
            **{name: row[name] for name in named},
            "created_at": self.at(row["created_at"]),
            "closed_at": self.at(row["closed_at"]),
            "last_attempt_at": self.at(row["last_attempt_at"]),
            "message_left_at": self.at(row["message_left_at"]),
            "promised_from": self.at(row["window_start_at"]),
            "promised_until": self.at(row["window_end_at"]),
            "promise": row["promise_words"],
            "events": [
                {"at": self.at(e["at"]), "event": e["event"], "by": role(e), "note": e["note"]} for e in mine
            ],
            "promises": [
                {"at": self.at(p["at"]), "via": p["via"], "words": p["words"], "kept": p["verdict"]} for p in told
            ],
            "talks": self.talks("request_id", row["id"]),
        }  # fmt: skip

    def wait(self, row: Row) -> Values:
        times = {name: self.at(row[name]) for name in ("joined_at", "answered_at", "ended_at")}
        told = {
            name: row[name] for name in ("state", "outcome", "place_told", "wait_told_minutes", "wait_expected_minutes")
        }
        return {**self.matter(row), **times, **told, **self.notice(row), "talks": self.talks("caller_id", row["id"])}

    def notice(self, row: Row) -> Values:
        """Whether she was told that talks are recorded, and said no."""
        return {
            "recording_told_at": self.at(row["recording_told_at"]),
            "recording_declined": row["recording_declined"],
        }

    def talks(self, key: str, matter: str) -> list[Values]:
        return [self.talk(row) for row in _of(self.found.offers, key, matter) if row["accepted_at"] or row["note"]]

    def talk(self, row: Row) -> Values:
        times = {name: self.at(row[name]) for name in ("accepted_at", "connected_at", "ended_at")}
        handed = [
            {"at": self.at(one["made_at"]), "note": one["note"]}
            for one in _of(self.found.transfers, "token", row["token"])
        ]
        said = {"outcome": row["outcome"], "note": row["note"]}
        return {**times, "by": role(row), **said, **self.notice(row), "handed_on": handed}

    def matter(self, row: Row) -> Values:
        topic = self.topics.get(row["topic"], row["topic"])
        return {"topic": topic, "department": self.departments.get(row["department"], row["department"])}

    def text(self, row: Row) -> Values:
        sent = {"sent": row["message_sid"] is not None, "status": row["status"]}
        return {"created_at": self.at(row["created_at"]), "words": row["body"], **sent}

    def recording(self, row: Row) -> Values:
        heard = [
            {"at": self.at(one["at"]), "by": role(one), "deed": one["deed"], "reason": one["reason"]}
            for one in _of(self.found.heard, "recording_id", row["id"])
        ]
        times = {name: self.at(row[name]) for name in ("made_at", "heard_at", "deleted_at")}
        named = {name: row[name] for name in ("kind", "seconds", "note")}
        return {
            **self.matter(row),
            **times,
            **named,
            "sound": sound_of(row, self.files),
            "file": self.files.get(row["id"]),
            "words": self.said.get(row["id"]),
            "listened": heard,
        }

    def deed(self, row: Row) -> Values:
        """A clerk's name, or what an authority is looking into, is not hers to be told."""
        reason = None if row["deed"] in UNSAID else row["detail"]
        return {"at": self.at(row["at"]), "deed": row["deed"], "by": role(row), "reason": reason}


def sound_of(row: Row, files: Mapping[str, str]) -> str:
    """``here``, ``deleted``, ``none`` (never was, or she spoke it anew), ``failed``, ``coming`` or ``unreadable``."""
    if row["id"] in files:
        return "here"
    if row["deleted_at"] is not None:
        return "deleted"
    if row["state"] in ("dropped", "absent"):
        return "none"
    if row["stored_machine"] is not None:
        return "unreadable"
    return "failed" if row["failed"] is not None else "coming"


def role(row: Row) -> str:
    """``resident``, ``service``, or the office of whoever it was."""
    own = OWN_WORDS.get(str(row.get("who", "")))
    return own or str(row["role"] or "service")


def _of(rows: Sequence[Row], key: str, value: str) -> list[Row]:
    return [row for row in rows if row[key] == value]
