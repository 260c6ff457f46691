"""A port that never refuses: its socket is held by whoever watches the processes, and outlives each of them.

A caller whose webhook meets a server that is just being started anew waits in the socket's queue for it; without this
the provider would be refused, and its caller would hear the fallback.
"""

import socket
from dataclasses import dataclass, field

BACKLOG = 2048


@dataclass
class HeldPort:
    """Opened once; ``close`` gives the port back, and from then on it refuses."""

    host: str
    port: int
    _socket: socket.socket | None = field(default=None, repr=False)

    def open(self) -> int:
        """The descriptor that a started process inherits. Raises OSError where another program has the port."""
        if self._socket is None:
            self._socket = _listening(self.host, self.port)
        return self._socket.fileno()

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(BACKLOG)
    except OSError:
        made.close()
        raise
    return made
