"""A stand-in for the provider's media: a real HTTP server on loopback that answers as the test has said."""

import struct
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


def wav_head(sound_bytes: int, rate: int = 8000) -> bytes:
    """Of a sound that long, whatever follows: 44 bytes."""
    form = struct.pack("<HHIIHH", 1, 1, rate, rate * 2, 2, 16)
    return (
        b"RIFF"
        + struct.pack("<I", (sound_bytes + 36) & 0xFFFFFFFF)
        + b"WAVEfmt "
        + struct.pack("<I", 16)
        + form
        + (b"data" + struct.pack("<I", sound_bytes & 0xFFFFFFFF))
    )


@dataclass(frozen=True)
class Answer:
    status: int = 200
    body: bytes = b""
    content_type: str = "audio/x-wav"
    headers: tuple[tuple[str, str], ...] = ()
    says_bytes: int | None = None  # of Content-Length, where it is not the body's own length; -1: it says nothing
    times: int = 1  # the body again and again
    drips: float | None = None  # seconds between two bytes, after the first half of the body
    drips_before: bool = False  # and already between the letters of the headers


@dataclass
class MediaHouse:
    origin: str
    answers: list[Answer] = field(default_factory=list)  # one for each request; the last one stays
    asked: list[tuple[str, str]] = field(default_factory=list)  # (path, Authorization)
    deleted: list[str] = field(default_factory=list)  # recordings, once for each time that it was asked for
    closing: threading.Event = field(default_factory=threading.Event)

    def answer(self) -> Answer:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def _name(path: str) -> str:
    return path.rpartition("/")[2].partition(".")[0]


class Door(BaseHTTPRequestHandler):
    house: MediaHouse
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.house.asked.append((self.path, self.headers.get("Authorization", "")))
        answer = Answer(404) if _name(self.path) in self.house.deleted else self.house.answer()
        try:
            self._tell(answer)
        except OSError:
            self.close_connection = True  # whoever asked has had enough

    def do_DELETE(self) -> None:
        name = _name(self.path)
        self.send_response(404 if name in self.house.deleted else 204)
        self.house.deleted.append(name)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _tell(self, answer: Answer) -> None:
        if answer.drips_before:
            self._drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 1000, answer.drips or 0.0)
        self.send_response(answer.status)
        size = len(answer.body) * answer.times if answer.says_bytes is None else answer.says_bytes
        length = (("Content-Length", str(size)),) if size >= 0 else ()
        for name, value in (("Content-Type", answer.content_type), *length, *answer.headers):
            self.send_header(name, value)
        self.end_headers()
        half = len(answer.body) // 2 if answer.drips else len(answer.body)
        for _ in range(answer.times):
            self.wfile.write(answer.body[:half])
        if answer.drips:
            self._drip(answer.body[half:], answer.drips)
        self.close_connection = answer.says_bytes is not None

    def _drip(self, body: bytes, seconds: float) -> None:
        for at in range(len(body)):
            self.wfile.write(body[at : at + 1])
            if self.house.closing.wait(seconds):
                raise BrokenPipeError

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the test reads ``asked``."""


@contextmanager
def media_house(*answers: Answer) -> Iterator[MediaHouse]:
    house = MediaHouse("", list(answers))
    door = type("HouseDoor", (Door,), {"house": house})
    server = ThreadingHTTPServer(("127.0.0.1", 0), door)
    server.daemon_threads = True
    server.block_on_close = False
    house.origin = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield house
    finally:
        house.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
