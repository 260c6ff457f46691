"""Writes a run down for the checker: the tables, what the emulator saw, what each person heard."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Engine, select

from adapters.schema import metadata

TABLES = (
    "phone_number",
    "agent",
    "call",
    "callback_request",
    "callback_event",
    "promise_told",
    "waiting_caller",
    "line_event",
    "offer",
    "transfer",
    "listening",
    "text_message",
    "supervisor_item",
)
NEVER_WRITTEN = frozenset({"password_hash"})


class Seen(Protocol):
    """Whoever played the provider: the emulator's lab, or the light one of the load."""

    def get(self, path: str, **query: object) -> Any: ...
    def history(self) -> Sequence[Mapping[str, object]]: ...
    def errors(self) -> Sequence[Mapping[str, object]]: ...


def write(directory: Path, engine: Engine, lab: Seen, rate: float, disturbances: Sequence[str]) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    phones = lab.get("/lab/phones")["phones"]
    seen = {
        "calls": [lab.get(f"/lab/calls/{call['call_sid']}") for call in lab.get("/lab/calls")["calls"]],
        "history": list(lab.history()),
        "errors": list(lab.errors()),
        "messages": [message for phone in phones for message in phone["messages"]],
        "left": [left for phone in phones for left in phone["left"]],
    }
    _write(directory / "run.json", {"rate": rate, "disturbances": list(disturbances)})
    _write(directory / "sql.json", {name: _rows(engine, name) for name in TABLES})
    _write(directory / "lab.json", seen)
    return directory


def _rows(engine: Engine, name: str) -> list[dict[str, object]]:
    table = metadata.tables[name]
    with engine.connect() as connection:
        found = connection.execute(select(table).order_by(*table.primary_key)).mappings().all()
    return [{k: v for k, v in row.items() if k not in NEVER_WRITTEN} for row in found]


def _write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, default=_plain, ensure_ascii=False), encoding="utf-8")


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
