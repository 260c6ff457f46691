"""The console for a real browser: web pages, events process, a stand-in for the provider's SDK; all on loopback."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response
from werkzeug.serving import BaseWSGIServer, ThreadedWSGIServer

from console.events import create_app
from console.hub import Hub
from tests.web.console_rig import City, make_city

SDK = (Path(__file__).parent / "fake_sdk.js").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Running:
    city: City
    web: str
    hub: Hub
    servers: tuple[BaseWSGIServer, ...]

    def stop(self) -> None:
        for server in self.servers:
            server.shutdown()
        self.hub.stop()
        self.city.services.database.dispose()


def run(directory: Path, **settings: str) -> Running:
    provider = _serve(_provider(), _listening())
    events_at, web_at = _listening(), _listening()
    city = make_city(
        directory,
        TWILIO_API_BASE_URL=f"http://127.0.0.1:{provider.port}",
        PUBLIC_BASE_URL=f"http://127.0.0.1:{_port(web_at)}",
        EVENTS_URL=f"http://127.0.0.1:{_port(events_at)}",
        **settings,
    )
    hub = Hub(_never)
    hub.start()
    events = _serve(create_app(city.services.settings, hub), events_at)
    web = _serve(city.app, web_at)
    return Running(city, f"http://127.0.0.1:{web.port}", hub, (provider, events, web))


def _never(channel: str) -> Iterator[str]:
    """Redis that is connected and silent; tests speak through the hub itself."""
    threading.Event().wait()
    yield from ()


def _provider() -> Flask:
    app = Flask("provider", static_folder=None)
    app.add_url_rule("/voice-sdk.js", "sdk", lambda: Response(SDK, mimetype="text/javascript"))
    return app


def _listening() -> socket.socket:
    """Its port is ours from the moment on in which it is told: nothing else on this machine can take it meanwhile."""
    taken = socket.create_server(("127.0.0.1", 0), backlog=128)
    taken.set_inheritable(True)
    return taken


def _port(taken: socket.socket) -> int:
    return int(taken.getsockname()[1])


def _serve(app: Flask, taken: socket.socket) -> BaseWSGIServer:
    server = ThreadedWSGIServer("127.0.0.1", _port(taken), app, fd=taken.detach())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
