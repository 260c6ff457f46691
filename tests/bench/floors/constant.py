"""Floor a: Flask answers a constant document. Nothing can be answered for less on this server."""

from flask import Flask, Response

DOCUMENT = '<?xml version="1.0" encoding="UTF-8"?><Response><Say>Hello</Say></Response>'


def create_app() -> Flask:
    app = Flask("floor_a")

    @app.post("/voice")
    def voice() -> Response:
        return Response(DOCUMENT, content_type="text/xml")

    return app
