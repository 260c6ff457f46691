"""The search for the host that holds the record: hosts that refuse, that swallow, that come too late."""

import threading
import time
from dataclasses import dataclass, field

import pytest

from adapters.record_hosts import ALONE_SECONDS, WHOLE_SECONDS, RecordHosts


@dataclass
class Connection:
    host: str
    closed: threading.Event = field(default_factory=threading.Event)

    def close(self) -> None:
        self.closed.set()


class Servers:
    """How each host answers now: seconds until it does, and whether it can be written to."""

    def __init__(self, **hosts: tuple[float, bool]) -> None:
        self.hosts = hosts
        self.asked: list[str] = []
        self.made: list[Connection] = []
        self.wakes = threading.Event()

    def connect(self, host: str, port: str) -> Connection:
        assert port == "5432"
        self.asked.append(host)
        seconds, writable = self.hosts[host]
        self.wakes.wait(seconds)
        if not writable:
            raise ConnectionRefusedError(host)
        self.made.append(Connection(host))
        return self.made[-1]

    def searched(self) -> RecordHosts:
        return RecordHosts([(host, "5432") for host in self.hosts])


def test_who_was_right_last_time_is_asked_alone() -> None:
    servers = Servers(one=(0.0, False), two=(0.0, True), three=(0.0, False))
    hosts = servers.searched()
    assert hosts.connect(servers.connect).host == "two"
    servers.asked.clear()
    assert hosts.connect(servers.connect).host == "two"
    assert servers.asked == ["two"]


def test_a_host_that_only_swallows_costs_a_moment_and_no_more() -> None:
    servers = Servers(one=(60.0, True), two=(60.0, True), three=(0.0, True))
    begun = time.monotonic()
    assert servers.searched().connect(servers.connect).host == "three"
    assert ALONE_SECONDS <= time.monotonic() - begun < WHOLE_SECONDS
    servers.wakes.set()


def test_what_comes_too_late_is_closed() -> None:
    servers = Servers(one=(60.0, True), two=(0.0, True))
    taken = servers.searched().connect(servers.connect)
    servers.wakes.set()
    until = time.monotonic() + 10
    while len(servers.made) < 2 or not servers.made[1].closed.is_set():
        assert time.monotonic() < until, "the late connection stays open"
        time.sleep(0.01)
    assert not taken.closed.is_set()


def test_without_any_the_drivers_own_trouble_is_told_in_time() -> None:
    servers = Servers(one=(60.0, True), two=(0.0, False))
    begun = time.monotonic()
    with pytest.raises(ConnectionRefusedError):
        servers.searched().connect(servers.connect)
    assert time.monotonic() - begun < WHOLE_SECONDS + 1
    servers.wakes.set()


def test_when_nobody_answers_the_search_ends_all_the_same() -> None:
    servers = Servers(one=(60.0, True), two=(60.0, True))
    begun = time.monotonic()
    with pytest.raises(TimeoutError):
        servers.searched().connect(servers.connect)
    assert time.monotonic() - begun < WHOLE_SECONDS + 1
    servers.wakes.set()
