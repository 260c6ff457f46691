"""Is a port free? Asked before anything is started, so that the answer is one sentence and not a log."""

import socket
from collections.abc import Iterable


def busy(host: str, ports: Iterable[int]) -> list[int]:
    return [port for port in ports if not _free(host, port)]


def _free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers do: a port just left is free
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
