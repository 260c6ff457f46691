"""The practice page and what its buttons ask for. Bad requests are refused with a reason and begin nothing."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from flask import Blueprint, jsonify, render_template, request

from emulator.lab_calls import Reply
from emulator.network import Network
from emulator.practice import Busy, Practice
from emulator.practice_model import Book, book

LANGUAGES = ("fi", "sv", "en")
LONGEST_PACE = 60.0  # minutes
PAGES = Path(__file__).with_name("pages")


@cache
def words() -> Mapping[str, Mapping[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(
        Path(__file__).with_name("practice_words.yaml").read_text(encoding="utf-8")
    )
    return found


def blueprint(network: Network) -> Blueprint:
    pages = Blueprint("practice", __name__, template_folder=str(PAGES))
    desk = Practice(network, book())

    @pages.get("/practice")
    def page() -> str:
        language = _language()
        return render_template(
            "practice.html", language=language, languages=LANGUAGES, w=words()[language], book=desk.book, names=words()
        )

    @pages.get("/lab/practice")
    def residents() -> Reply:
        return jsonify(residents=desk.residents())

    @pages.post("/lab/practice")
    def begin() -> Reply:
        asked = request.get_json(silent=True)
        content: dict[str, Any] = asked if isinstance(asked, dict) else {}
        begins = _begins(desk.book, content)
        if isinstance(begins, str):
            return jsonify(reason=begins), 400
        try:
            desk.begin(begins, set_clock=content.get("set_clock") is True)
        except Busy as busy:
            return jsonify(reason="busy", script=str(busy)), 409
        return jsonify(residents=desk.residents()), 201

    @pages.get("/lab/practice/<script>")
    def lines(script: str) -> Reply:
        found = desk.lines(script)
        return (jsonify(reason="not about"), 404) if found is None else jsonify(lines=found)

    @pages.post("/lab/practice/<script>/stop")
    def stop(script: str) -> Reply:
        return jsonify(stopped=True) if desk.stop(script) else (jsonify(reason="not about"), 404)

    return pages


def _language() -> str:
    asked = request.args.get("lang", "")
    return asked if asked in LANGUAGES else request.accept_languages.best_match(LANGUAGES) or "en"


def _begins(known: Book, content: Mapping[str, Any]) -> dict[str, float] | str:
    """Script -> minutes from now, or what is wrong with the request."""
    preset = content.get("preset")
    if preset is not None:
        found = known.presets.get(str(preset))
        return dict(found.begins) if found else "no such preset"
    scripts, pace = content.get("scripts"), content.get("pace", 0)
    if not isinstance(scripts, list) or not scripts or len(set(map(str, scripts))) != len(scripts):
        return "scripts"
    if any(str(each) not in known.scripts for each in scripts):
        return "no such script"
    if isinstance(pace, bool) or not isinstance(pace, int | float) or not 0 <= pace <= LONGEST_PACE:
        return "pace"
    return {str(each): n * float(pace) for n, each in enumerate(scripts)}
