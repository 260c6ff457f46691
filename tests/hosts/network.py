"""Hosts as network namespaces on one bridge, and the harm that is done to their links. Knows nothing of the service.

We are the world outside: the provider and its telephones live in our own namespace, at the bridge's address.
"""

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

BRIDGE = "city0"
OUTSIDE = "10.77.0.1"
WIDTH = 24
NOWHERE = "02:00:00:00:de:ad"
ENTER_SECONDS = 10.0


class NotHere(Exception):
    """Why no hosts can be made on this machine; one sentence."""


@dataclass(frozen=True)
class Host:
    name: str
    address: str
    anchor: int  # a process that keeps the namespace

    def inside(self, *argv: str) -> tuple[str, ...]:
        """The command, as it runs on this host."""
        return ("nsenter", f"--net=/proc/{self.anchor}/ns/net", "--", *argv)

    @property
    def link(self) -> str:
        """The outer end of its cable."""
        return f"v-{self.name}"


class Network:
    """Ends with the process that made it, as a namespace does."""

    def __init__(self) -> None:
        _run("ip", "link", "set", "lo", "up")
        _run("ip", "link", "add", BRIDGE, "type", "bridge")
        _run("ip", "addr", "add", f"{OUTSIDE}/{WIDTH}", "dev", BRIDGE)
        _run("ip", "link", "set", BRIDGE, "up")
        self._anchors: list[subprocess.Popen[bytes]] = []

    def host(self, name: str, last: int) -> Host:
        anchor = subprocess.Popen(["unshare", "-n", "sleep", "1000000"])
        self._anchors.append(anchor)
        _until_apart(anchor.pid)
        host = Host(name, f"10.77.0.{last}", anchor.pid)
        _run("ip", "link", "add", host.link, "type", "veth", "peer", "name", "eth0", "netns", str(anchor.pid))
        _run("ip", "link", "set", host.link, "master", BRIDGE, "up")
        for words in (
            ("link", "set", "lo", "up"),
            ("addr", "add", f"{host.address}/{WIDTH}", "dev", "eth0"),
            ("link", "set", "eth0", "up"),
        ):
            _run(*host.inside("ip", *words))
        return host

    def cut(self, host: Host) -> None:
        """Its cable is pulled: what was on its way is lost, and nobody tells either side."""
        _run("ip", "link", "set", host.link, "nomaster")

    def mend(self, host: Host) -> None:
        _run("ip", "link", "set", host.link, "master", BRIDGE)

    def part(self, one: Host, other: Host) -> None:
        """These two no longer hear each other; everybody else hears both."""
        _run(*one.inside("ip", "neigh", "replace", other.address, "lladdr", NOWHERE, "dev", "eth0", "nud", "permanent"))
        _run(*other.inside("ip", "neigh", "replace", one.address, "lladdr", NOWHERE, "dev", "eth0", "nud", "permanent"))

    def join(self, one: Host, other: Host) -> None:
        _run(*one.inside("ip", "neigh", "del", other.address, "dev", "eth0"))
        _run(*other.inside("ip", "neigh", "del", one.address, "dev", "eth0"))

    def end(self) -> None:
        for anchor in self._anchors:
            anchor.kill()
            anchor.wait()


def _until_apart(pid: int) -> None:
    ours, until = os.readlink("/proc/self/ns/net"), time.monotonic() + ENTER_SECONDS
    while os.readlink(Path("/proc") / str(pid) / "ns" / "net") == ours:
        if time.monotonic() > until:
            raise NotHere("A network namespace was not made in time.")
        time.sleep(0.02)


def _run(*argv: str) -> None:
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotHere(f"{' '.join(argv[-6:])}: {done.stderr.strip()}")
