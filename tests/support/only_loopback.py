"""Nothing that a test does in its own process leaves this machine: no connection, no datagram, no name looked up.

By an audit hook of the interpreter, which every library that uses Python's sockets passes through. It cannot see what
compiled code does by itself (the client of PostgreSQL; a name that ``socket.connect`` is given is looked up before the
hook is asked), nor what other processes do: Chromium and the city's own ones.
A refusal is an ``OSError``, which the service may well take for an outage and carry on: so it is noted, too, and the
test in which that happened fails (``tests/conftest.py``).
"""

import ipaddress
import socket
import sys
import threading

CONNECTS = ("socket.connect", "socket.sendto", "socket.sendmsg")
LOOKS_UP = ("socket.getaddrinfo", "socket.gethostbyname")
OUR_NAMES = ("", "localhost")


class Outside(OSError):
    """A test would have gone there."""


_refused: list[str] = []
_installed = threading.Event()


def for_this_process() -> None:
    """From now on, in every thread and in what is forked of it. It cannot be taken back."""
    if not _installed.is_set():
        _installed.set()
        sys.addaudithook(_hook)


def refused() -> list[str]:
    """Where this process would have gone since it was last asked."""
    told = _refused.copy()
    _refused.clear()
    return told


def _hook(event: str, args: tuple[object, ...]) -> None:
    if event in CONNECTS:
        asked, address = args[0], args[-1]
        over_ip = getattr(asked, "family", None) in (socket.AF_INET, socket.AF_INET6)
        if over_ip and isinstance(address, tuple) and not _stays(address[0]):
            _refuse(f"{event} {address[0]}:{address[1]}")
    elif event in LOOKS_UP and not _may_be_asked(args[0]):
        _refuse(f"{event} {args[0]!r}")


def _refuse(what: str) -> None:
    _refused.append(what)
    raise Outside(f"tests stay on this machine: {what}")


def _stays(host: object) -> bool:
    """Whether a packet to it stays on loopback."""
    name = _written(host)
    address = _number(name)
    return name in OUR_NAMES if address is None else address.is_loopback or address.is_unspecified


def _may_be_asked(host: object) -> bool:
    """A number is only written in another form: nobody is asked for it."""
    name = _written(host)
    return name in OUR_NAMES or _number(name) is not None


def _number(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _written(host: object) -> str:
    return host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "")
