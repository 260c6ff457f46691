"""Where the running service can be reached, told to whoever looks: ``var/run/addresses.json``."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.places import Places

if TYPE_CHECKING:
    from adapters.settings import Settings

FILE = "addresses.json"


def of(settings: "Settings", emulator: bool) -> dict[str, str]:
    known = {
        "web": settings.public_base_url,
        "events": settings.events_url,
        "city_number": settings.city_number,
    }
    if emulator:
        known["emulator"] = settings.twilio_api_base_url
    return known


def write(known: Mapping[str, str], root: Path) -> None:
    path = Places(root).run / FILE
    fresh = path.with_suffix(".part")
    fresh.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")
    fresh.replace(path)  # a reader never sees half a file


def forget(root: Path) -> None:
    (Places(root).run / FILE).unlink(missing_ok=True)
