"""Where the running service can be reached, told to whoever looks: ``var/run/addresses.json``."""

import json
from pathlib import Path

from adapters.places import Places
from adapters.settings import Settings

FILE = "addresses.json"


def write(settings: Settings, root: Path, emulator: bool) -> dict[str, str]:
    known = {
        "web": settings.public_base_url,
        "events": settings.events_url,
        "city_number": settings.city_number,
    }
    if emulator:
        known["emulator"] = settings.twilio_api_base_url
    path = Places(root).run / FILE
    fresh = path.with_suffix(".part")
    fresh.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")
    fresh.replace(path)  # a reader never sees half a file
    return known


def forget(root: Path) -> None:
    (Places(root).run / FILE).unlink(missing_ok=True)
