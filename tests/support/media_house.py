"""A stand-in for the provider's media: a real HTTP server on loopback that answers as the test has said."""

import threading
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO


def wav(seconds: float = 3.0, rate: int = 8000) -> bytes:
    """Real sound: a quiet tone that changes all the time."""
    made = BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(bytes((at * 7) % 251 for at in range(int(seconds * rate) * 2)))
    return made.getvalue()


@dataclass(frozen=True)
class Answer:
    status: int = 200
    body: bytes = b""
    content_type: str = "audio/x-wav"
    headers: tuple[tuple[str, str], ...] = ()
    says_bytes: int | None = None  # of Content-Length, where it is not the body's own length


@dataclass
class MediaHouse:
    origin: str
    answers: list[Answer] = field(default_factory=list)  # one for each request; the last one stays
    asked: list[tuple[str, str]] = field(default_factory=list)  # (path, Authorization)

    def answer(self) -> Answer:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def media_house(*answers: Answer) -> Iterator[MediaHouse]:
    house = MediaHouse("", list(answers))

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            house.asked.append((self.path, self.headers.get("Authorization", "")))
            answer = house.answer()
            self.send_response(answer.status)
            size = len(answer.body) if answer.says_bytes is None else answer.says_bytes
            for name, value in (("Content-Type", answer.content_type), ("Content-Length", str(size)), *answer.headers):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet: the test reads ``asked``."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    house.origin = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield house
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
