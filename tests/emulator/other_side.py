"""The side that answers the emulator's webhooks in these tests: documents by path, and every request it saw."""

import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Flask, Response, request
from werkzeug.serving import BaseWSGIServer, make_server

Answer = str | Response | Callable[[dict[str, str]], str | Response]


@dataclass(frozen=True)
class Seen:
    path: str
    method: str
    params: dict[str, str]
    headers: dict[str, str]
    url: str


@dataclass
class OtherSide:
    """`answers` may hold a list for a path: one answer for each request, the last one for ever."""

    server: BaseWSGIServer | None = None
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def base(self) -> str:
        assert self.server is not None
        return f"http://127.0.0.1:{self.server.port}"

    def clear(self) -> None:
        with self.changed:
            self.answers.clear()
            self.seen.clear()
            self.counts.clear()

    def on(self, path: str, *answers: Answer) -> None:
        self.answers[path] = list(answers)

    def paths(self) -> list[str]:
        return [one.path for one in self.seen]

    def of(self, path: str) -> list[Seen]:
        with self.changed:
            return [one for one in self.seen if one.path == path]

    def await_request(self, path: str, count: int = 1, seconds: float = 5.0) -> Seen:
        with self.changed:
            arrived = self.changed.wait_for(lambda: len([s for s in self.seen if s.path == path]) >= count, seconds)
            assert arrived, f"no request {count} for {path}; saw {self.paths()}"
            return [one for one in self.seen if one.path == path][count - 1]

    def answer(self, path: str) -> Response:
        params = {**request.args.to_dict(), **request.form.to_dict()}
        with self.changed:
            entry = Seen(path, request.method, params, dict(request.headers), request.url)
            self.seen.append(entry)
            given = self.answers.get(path)
            place = self.counts[path]
            self.counts[path] += 1
            self.changed.notify_all()
        if given is None:
            return Response("<Response/>", mimetype="text/xml")
        chosen = given[min(place, len(given) - 1)]
        content = chosen(params) if callable(chosen) and not isinstance(chosen, Response) else chosen
        if isinstance(content, Response):
            return content
        return Response(f"<Response>{content}</Response>", mimetype="text/xml")


def serve(side: OtherSide) -> BaseWSGIServer:
    app = Flask(__name__)
    app.add_url_rule(
        "/<path:path>", "any", lambda path: side.answer(f"/{path}"), methods=["GET", "POST"], strict_slashes=False
    )
    server = make_server("127.0.0.1", 0, app, threaded=True)
    side.server = server
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
