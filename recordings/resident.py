"""What a resident gets when she asks what is held about her: one document of plain values, of lasting shape.

Times are ISO 8601 in the city's zone. Of those who worked on her matters it says role and time, never the name: she
has a right to her data, and to know which office saw it (GDPR 15; CJEU C-579/21).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from recordings.resident_store import Everything
from routing_rules.model import Ruleset

FORMAT = 1
Values = dict[str, Any]
Row = Any  # of any of the tables
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
            "requests": [self.request(row) for row in found.requests],
            "waits": [self.wait(row) for row in found.stays],
            "texts": [self.text(row) for row in found.texts],
            "recordings": [self.recording(row) for row in found.recordings],
            "alarms": [
                {"made_at": self.at(row["made_at"]), "closed_at": self.at(row["closed_at"])} for row in found.items
            ],
            "deeds": [self.deed(row) for row in found.deeds],
        }

    def at(self, moment: datetime | None) -> str | None:
        return None if moment is None else moment.astimezone(self.zone).isoformat(timespec="seconds")

    def call(self, row: Row) -> Values:
        times = {"arrived_at": self.at(row["arrived_at"]), "ended_at": self.at(row["ended_at"])}
        topic = self.topics.get(row["topic"], row["topic"])
        return {**times, "seconds": row["seconds"], "language": row["language"], "topic": topic}

    def request(self, row: Row) -> Values:
        named = ("code", "language", "state", "outcome", "contact", "interpreter", "attempts")
        mine = _of(self.found.events, "request_id", row["id"])
        told = _of(self.found.promises, "request_id", row["id"])
        return {
            **self.matter(row),
            **{name: row[name] for name in named},
            "created_at": self.at(row["created_at"]),
            "closed_at": self.at(row["closed_at"]),
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
        return {**self.matter(row), **times, "outcome": row["outcome"], "talks": self.talks("caller_id", row["id"])}

    def talks(self, key: str, matter: str) -> list[Values]:
        return [self.talk(row) for row in _of(self.found.offers, key, matter) if row["accepted_at"] or row["note"]]

    def talk(self, row: Row) -> Values:
        times = {name: self.at(row[name]) for name in ("accepted_at", "connected_at", "ended_at")}
        handed = [
            {"at": self.at(one["made_at"]), "note": one["note"]}
            for one in _of(self.found.transfers, "token", row["token"])
        ]
        return {**times, "by": role(row), "outcome": row["outcome"], "note": row["note"], "handed_on": handed}

    def matter(self, row: Row) -> Values:
        topic = self.topics.get(row["topic"], row["topic"])
        return {"topic": topic, "department": self.departments.get(row["department"], row["department"])}

    def text(self, row: Row) -> Values:
        return {"created_at": self.at(row["created_at"]), "words": row["body"], "status": row["status"]}

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
            "file": self.files.get(row["id"]),
            "words": self.said.get(row["id"]),
            "listened": heard,
        }

    def deed(self, row: Row) -> Values:
        return {"at": self.at(row["at"]), "deed": row["deed"], "by": role(row), "reason": row["detail"]}


def role(row: Row) -> str:
    """``resident``, ``service``, or the office of whoever it was."""
    own = OWN_WORDS.get(str(row.get("who", "")))
    return own or str(row["role"] or "service")


def _of(rows: Sequence[Row], key: str, value: str) -> list[Row]:
    return [row for row in rows if row[key] == value]
