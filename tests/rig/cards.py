"""What each card said, and what the record held at that moment; written down for the checker to judge.

The record is read before and after the card: where it changed in between, the card may be either's, and is not kept.
"""

import json
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.rig.city import City

_AROUND = """(SELECT t.state FROM transfer t WHERE t.token = o.token AND t.ended_at IS NULL) AS transfer,
    (SELECT t.state FROM transfer t JOIN offer a ON a.token = t.token WHERE t.new_token = o.token AND t.kind = 'warm'
     AND t.ended_at IS NULL AND a.state = 'connected') AS consulted,
    (SELECT l.mode FROM listening l WHERE l.token = o.token AND l.ended_at IS NULL) AS listened"""

_REQUEST = f"""SELECT {_AROUND}, 'request' AS matter,
    o.clause, o.state AS offer_state, r.language, r.language AS service_language,
    r.topic, r.department, r.desk, r.urgent, r.promise_words AS told_promise, NULL AS told_place, NULL AS told_minutes,
    r.attempts, r.code, n.e164 FROM offer o JOIN callback_request r ON r.id = o.request_id
    JOIN phone_number n ON n.id = r.number_id WHERE o.token = :token"""
_CALLER = f"""SELECT {_AROUND}, 'caller' AS matter,
    o.clause, o.state AS offer_state, w.language, w.service_language, w.topic,
    w.department, w.desk, w.urgent, NULL AS told_promise, w.place_told AS told_place,
    w.wait_told_minutes AS told_minutes, 0 AS attempts, NULL AS code, n.e164 FROM offer o
    JOIN waiting_caller w ON w.id = o.caller_id LEFT JOIN phone_number n ON n.id = w.number_id WHERE o.token = :token"""


class Cards:
    def __init__(self, city: City) -> None:
        self._city = city
        self._lock = threading.Lock()
        self._seen: dict[tuple[str, ...], dict[str, Any]] = {}
        self.unsteady = 0

    def look(self, agent_id: str, read: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
        """The agent's desk, kept with its record once for each offer, each state of it and each thing around it."""
        desk = read()
        offer = desk.get("offer")
        if offer is None or _situation(offer) in self._seen:
            return desk
        before = self._record(offer["token"])
        desk = read()
        offer = desk.get("offer")
        if offer is None:
            return desk
        after = self._record(offer["token"])
        with self._lock:
            if before is None or before != after:
                self.unsteady += 1
            else:
                at = self._city.business_moment().isoformat()
                self._seen[_situation(offer)] = {
                    "agent_id": agent_id, "at": at, "card": offer, "record": before,
                }  # fmt: skip
        return desk

    def _record(self, token: str) -> Mapping[str, Any] | None:
        rows = [*self._city.sql(_REQUEST, token=token), *self._city.sql(_CALLER, token=token)]
        return rows[0] if len(rows) == 1 else None

    def write(self, directory: Path) -> Path:
        place = directory / "cards.json"
        place.write_text(json.dumps(list(self._seen.values()), ensure_ascii=False), encoding="utf-8")
        return place


def _situation(offer: Mapping[str, Any]) -> tuple[str, ...]:
    around = [(offer[name] or {}).get("state", "") for name in ("transfer", "consulted")]
    return (offer["token"], offer["state"], *around, offer["listened_by"] or "")
