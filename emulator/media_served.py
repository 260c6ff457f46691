"""The sound of a recording as an HTTP answer: as it is, a second at a time, or spoiled in the way a tester wants."""

import socket
import time
from collections.abc import Iterator

from flask import Response, request

from emulator.faults import Fault
from emulator.rest import cut
from emulator.tapes import Taped
from emulator.voice import Sound

WAV = "audio/x-wav"
PAGE = "<!doctype html><html><head><title>Sign in</title></head><body><p>Please sign in.</p></body></html>"


def streamed(tape: Taped) -> Response:
    return _sound(tape.pieces(), tape.size)


def spoiled(tape: Taped, fault: Fault) -> Response:
    """Faults that are not about the sound itself leave it as it is."""
    match fault.do:
        case "redirect":
            return Response(status=fault.status, headers={"Location": fault.to})
        case "html":
            return Response(PAGE, mimetype="text/html")
        case "wrong_type":
            return _sound(tape.pieces(), tape.size, fault.content_type)
        case "empty":
            return _sound(iter(()), 0)
        case "truncate":
            line: socket.socket | None = request.environ.get("werkzeug.socket")
            return _sound(_half(tape, line), tape.size)
        case "drip":
            return _sound(_drops(tape, fault.piece, fault.seconds), tape.size)
        case "huge" | "huge_unsized":
            huge = Taped((Sound(0, fault.sound_seconds, "hum"),), 0, fault.sound_seconds)
            return _sound(huge.pieces(), huge.size if fault.do == "huge" else None)
        case _:
            return streamed(tape)


def _sound(pieces: Iterator[bytes], size: int | None, kind: str = WAV) -> Response:
    return Response(pieces, mimetype=kind, headers={} if size is None else {"Content-Length": str(size)})


def _half(tape: Taped, line: socket.socket | None) -> Iterator[bytes]:
    left = tape.size // 2
    for piece in tape.pieces():
        yield piece[:left]
        left -= len(piece)
        if left <= 0:
            break
    cut(line)


def _drops(tape: Taped, size: int, pause: float) -> Iterator[bytes]:
    for piece in tape.pieces():
        for place in range(0, len(piece), size):
            yield piece[place : place + size]
            time.sleep(pause)
