"""What a test does in its own process stays on this machine, whatever library asks, and a refusal is not forgotten."""

import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support import only_loopback
from tests.support.only_loopback import Outside

AWAY = "198.51.100.7"  # of nobody: RFC 5737


def tcp() -> socket.socket:
    asked = socket.socket()
    asked.setblocking(False)
    return asked


def udp() -> socket.socket:
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


WAYS: dict[str, Callable[[], object]] = {
    "a connection": lambda: tcp().connect((AWAY, 443)),
    "a connection that tells no errors": lambda: tcp().connect_ex((AWAY, 443)),
    "the city's own network": lambda: tcp().connect(("10.77.0.2", 443)),
    "loopback's neighbour, in the other writing": lambda: socket.socket(socket.AF_INET6).connect(
        (f"::ffff:{AWAY}", 443)
    ),
    "a datagram": lambda: udp().sendto(b"?", (AWAY, 53)),
    "a datagram in parts": lambda: udp().sendmsg([b"?"], [], 0, (AWAY, 53)),
    "a name": lambda: socket.getaddrinfo("api.twilio.com", 443),
    "a name, the old way": lambda: socket.gethostbyname("api.twilio.com"),
    "a client with a name": lambda: socket.create_connection((b"api.twilio.com", 443), timeout=0.1),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("way", WAYS)
def test_nothing_leaves_this_machine(way: str) -> None:
    with pytest.raises(Outside):
        WAYS[way]()
    assert len(only_loopback.refused()) == 1


def test_a_refusal_that_was_taken_for_an_outage_is_told(request: pytest.FixtureRequest) -> None:
    with suppress(OSError):
        WAYS["a connection"]()
    assert only_loopback.refused() == [f"socket.connect {AWAY}:443"]
    assert only_loopback.refused() == [], "told once"
    assert "nothing_leaves_this_machine" in request.fixturenames, "asked after each test"


@pytest.mark.parametrize(("family", "here"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_loopback_is_open(family: socket.AddressFamily, here: str) -> None:
    with socket.create_server((here, 0), family=family) as door:
        for name in (here, "localhost") if family is socket.AF_INET else (here,):
            socket.create_connection((name, door.getsockname()[1])).close()


def test_a_socket_in_a_folder_is_open(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as door, socket.socket(socket.AF_UNIX) as asked:
        door.bind(str(tmp_path / "s"))
        door.listen()
        asked.connect(str(tmp_path / "s"))
