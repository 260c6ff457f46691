"""A voice message as it might lie in the record, with its sound in the vault."""

from datetime import timedelta
from typing import Any

from adapters.schema import recording
from recordings.vault import put
from tests.web.console_rig import City


def leave(city: City, key: str, sound: bytes | None, **other: Any) -> str:
    """``sound`` None: it has not been fetched."""
    row = {
        "id": key,
        "recording_sid": f"RE{key}",
        "call_sid": "CA1",
        "kind": "message",
        "state": "kept",
        "topic": "housing",
        "language": "sv",
        "department": "housing",
        "urgent": 0,
        "token": key,
        "seconds": 68,
        "made_at": city.clock.now() - timedelta(minutes=9),
        "stored_machine": None if sound is None else city.clock.machine(),
    }
    city.put(recording, **(row | other))
    if sound is not None:
        put(city.services.vault, key, sound)
    return key
