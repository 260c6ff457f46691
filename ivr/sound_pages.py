"""Hold music and recorded announcements, fetched by the provider without a signature: they hold nothing but sound."""

from pathlib import Path
from typing import TYPE_CHECKING

from flask import Blueprint, Response, send_from_directory

from ivr.speech.announcements import SOUNDS

if TYPE_CHECKING:
    from bootstrap import Services

A_DAY = 24 * 3600


def blueprint(services: "Services") -> Blueprint:
    pages = Blueprint("sound", __name__, url_prefix="/voice")

    @pages.get("/sound/<path:name>")
    def sound(name: str) -> Response:
        if not name.endswith(".wav"):
            return Response(status=404)
        return send_from_directory(Path(SOUNDS).resolve(), name, mimetype="audio/wav", max_age=A_DAY)

    return pages
