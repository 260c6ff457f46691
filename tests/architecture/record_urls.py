"""Writes down what a release gives out and what it orders: ``python -m tests.architecture.record_urls [FILE]``.

Done once when a release is made, from its own commit. Its calls are in flight while the next one takes over: that one's
tests hold the file (``recorded_urls.json``) against the newer code. Until the first release is made, the file holds the
state that its ``recorded_from`` names. Ids that only a call in flight has stand as their names.
"""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask

from adapters.places import ROOT
from ivr.dialogue.steps import STEPS
from ivr.step_url import RETRY, Step, recording_url, url_of
from queue_workers import allowed, effects
from tests.architecture.source import modules
from tests.support.services import BASE, Town, empty_record
from wsgi import create_app

FILE = Path(__file__).with_name("recorded_urls.json")
WHOLE = Step("", "sv", "housing", 2, 3, 1_795_507_200_000, "nonce", "asap", "line", "request", "message", 1)
KEYS = {"k": "token", "lang": "sv", "w": "agent"}
NOT_LINKED = ("/voice/incoming", "/voice/fallback", "/voice/status", "/voice/hold", "/sms/incoming", "/sms/status")
JOB_ARGUMENTS = {"effect": ["order"], "deal": []}


def record() -> dict[str, object]:
    with TemporaryDirectory() as place:
        town = Town.over(empty_record("sqlite", Path(place)))
        pages = sorted(set(_pages(create_app(town.services))))
        town.services.database.dispose()
    return {
        "recorded_from": _state(),
        "steps": {name: _path(url_of(BASE, replace(WHOLE, name=name))) for name in sorted(STEPS)},
        "recording": _path(recording_url(BASE, WHOLE)),
        "pages": pages,
        "orders": sorted({*effects.EFFECTS, *effects.AT_LENGTH}),
        "jobs": {name: JOB_ARGUMENTS[name.rpartition(".")[2]] for name in sorted(allowed.ALLOWED)},
    }


def _state() -> dict[str, str]:
    told = subprocess.run(["git", "log", "-1", "--format=%H %cs"], cwd=ROOT, capture_output=True, text=True, check=True)
    commit, date = told.stdout.split()
    return {"commit": commit, "date": date}


def _pages(app: Flask) -> Iterator[str]:
    """Each page of the provider's that is no step, with what the code puts into its address."""
    linked = _linked()
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith(("/voice/", "/sms/")) or "POST" not in (rule.methods or ()):
            continue
        if rule.rule in NOT_LINKED:
            yield f"{rule.rule}{RETRY}"
        elif rule.rule.startswith("/voice/step/") or rule.rule == "/voice/recording":
            continue
        elif "<" in rule.rule:
            head = rule.rule.partition("<")[0]
            yield from (_page(path, names) for path, names in linked.items() if f"/voice/{path}".startswith(head))
        else:
            path = rule.rule.removeprefix("/voice/")
            yield _page(path, linked.get(path, ("k",)))


def _linked() -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for call in (call for module in modules() for call in module.calls("link")):
        for path in (part.value for part in ast.walk(call.args[1]) if isinstance(part, ast.Constant)):
            found.setdefault(str(path), set()).update(word.arg for word in call.keywords if word.arg in KEYS)
    return {path: tuple(sorted(names)) for path, names in found.items()}


def _page(path: str, names: tuple[str, ...]) -> str:
    return f"/voice/{path}?{'&'.join(f'{name}={KEYS[name]}' for name in names)}{RETRY}"


def _path(url: str) -> str:
    return url.removeprefix(BASE)


def main(arguments: list[str]) -> int:
    file = Path(arguments[0]) if arguments else FILE
    file.write_text(json.dumps(record(), indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
