"""What the web server is told: a client that stops in mid-request does not keep a caller's thread."""

import runpy
import socket
import struct
from types import SimpleNamespace

import pytest

from adapters.meter_files import FOLDER
from adapters.places import ROOT
from operations.gunicorn_arriving import LONG_THREADS, ArrivingWorker
from operations.gunicorn_thread import CountingWorker

WORKER = f"{CountingWorker.__module__}.{CountingWorker.__name__}"


def test_a_connection_has_a_deadline_for_what_it_sends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEB_PORT", "8080")
    monkeypatch.setenv(FOLDER, "")  # its own is not for this process
    told = runpy.run_path(str(ROOT / "operations" / "gunicorn_web.py"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        told["when_ready"](SimpleNamespace(LISTENERS=[SimpleNamespace(sock=listener)]))
        with socket.create_connection(listener.getsockname()), listener.accept()[0] as accepted:
            accepted.setblocking(True)
            kept = accepted.getsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.calcsize("ll"))
    told["forget"]()
    assert struct.unpack("ll", kept) == (told["RECEIVE_SECONDS"], 0)
    assert told["threads"] <= 20, "each thread may need a connection to the record: adapters/database.py has twenty"
    assert told["worker_class"] == WORKER
    assert issubclass(CountingWorker, ArrivingWorker)
    assert told["threads"] / 2 > LONG_THREADS, "the others are for callers"
