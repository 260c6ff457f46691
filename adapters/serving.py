"""What a process and whoever started it tell each other: which socket to listen on, and that it is ready to serve.

Both travel by environment, so that a process started by anything else (a unit of systemd, a test) needs neither.
"""

import os
from pathlib import Path

SOCKET, READY_FILE = "SERVING_SOCKET", "SERVING_READY_FILE"


def bind_to(host: str, port: str) -> str:
    """Gunicorn's word for the socket that is held open for us, or for one of our own.

    One that is held open outlives us: who calls while we are started anew waits a moment, and is not refused.
    """
    held = os.environ.get(SOCKET)
    if held:
        return f"fd://{held}"
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def tell_ready() -> None:
    """Whoever replaces an older one by us lets that one go only now."""
    told = os.environ.get(READY_FILE)
    if told:
        Path(told).touch()
