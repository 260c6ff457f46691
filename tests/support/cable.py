"""A way to the tests' PostgreSQL by a port of this machine, which can be cut."""

import socket
import threading
from contextlib import suppress

from sqlalchemy.engine import make_url

from tests.support.postgres import cluster


class Cable:
    """From a port of this machine to the server; once it is cut it takes connections, and nothing comes through."""

    def __init__(self) -> None:
        self.cut = threading.Event()
        self._place = f"{make_url(cluster().server.get_uri()).query['host']}/.s.PGSQL.5432"
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=16)
        self.port = int(self._listening.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                one, _ = self._listening.accept()
                other = socket.socket(socket.AF_UNIX)
                other.connect(self._place)
                for way in ((one, other), (other, one)):
                    threading.Thread(target=self._carry, args=way, daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while said := one.recv(65536):
                if not self.cut.is_set():
                    other.sendall(said)
