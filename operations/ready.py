"""Is a process ready to serve? One question for each kind of process; every answer has a deadline."""

import http.client
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

_SECONDS = 0.3  # short: a server that still starts lets us wait, and the others must be asked too


@dataclass(frozen=True)
class AnswersHttp:
    """GET ``path`` answers 200."""

    host: str
    port: int
    path: str


@dataclass(frozen=True)
class AnswersPing:
    """The store answers PING with PONG on its socket, or says that it is still loading."""

    socket: Path


@dataclass(frozen=True)
class Started:
    """Nothing to ask: it runs."""


Ready = AnswersHttp | AnswersPing | Started


def is_ready(question: Ready) -> bool:
    match question:
        case AnswersHttp():
            return _http(question)
        case AnswersPing():
            return _ping(question)
        case Started():
            return True
    assert_never(question)


def _http(question: AnswersHttp) -> bool:
    connection = http.client.HTTPConnection(question.host, question.port, timeout=_SECONDS)
    try:
        connection.request("GET", question.path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _ping(question: AnswersPing) -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(_SECONDS)
            connection.connect(str(question.socket))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
