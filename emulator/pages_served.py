"""The telephones page and the browser library, as files; and who may call us from a browser."""

from pathlib import Path
from urllib.parse import urlsplit

from flask import Blueprint, Response, request, send_from_directory

PAGES = Path(__file__).with_name("pages")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def blueprint() -> Blueprint:
    pages = Blueprint("pages", __name__)

    @pages.get("/")
    def index() -> Response:
        return send_from_directory(PAGES, "index.html")

    @pages.get("/voice-sdk.js")
    def library() -> Response:
        return send_from_directory(PAGES, "voice-sdk.js")

    @pages.get("/pages/<path:name>")
    def page(name: str) -> Response:
        return send_from_directory(PAGES, name)

    @pages.after_app_request
    def allow(response: Response) -> Response:
        origin = request.headers.get("Origin", "")
        if urlsplit(origin).hostname in LOOPBACK:
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Allow-Headers"] = "Content-Type"
            response.headers["Access-Control-Allow-Methods"] = "GET, POST, DELETE, OPTIONS"
            response.headers["Vary"] = "Origin"
        return response

    return pages
