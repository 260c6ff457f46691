"""The rig's city with two of everything: two web instances behind a proxy, two workers, a second clock where asked.

Every process can be killed, stopped, started and frozen by name; so can the stores. The names are in ``PROCESSES``,
and ``clock-2`` while it runs.
"""

import json
import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import redis

from adapters.places import ROOT
from operations.processes import Fleet, ProcessSpec
from operations.ready import AnswersHttp
from operations.specs import specs_for
from tests.chaos.cluster import OwnCluster
from tests.chaos.synced import NoCompiler, shim
from tests.rig.city import City
from tests.rig.ports import free_ports
from tests.rig.waiting import until

WEBS = ("web-a", "web-b")
WORKERS = ("worker-1", "worker-2")
PROCESSES = (*WEBS, *WORKERS, "clock", "events", "proxy", "valkey", "emulator")
SECOND_CLOCK = "clock-2"
DEATH_SECONDS = 20.0
READY_SECONDS = 60.0
START_SECONDS = 150.0  # of a machine that others use too
SAMPLE = ROOT / "routing_rules" / "samples" / "kuopio.yaml"
HOUSING = "    grace_minutes: 10\n"
BUSY = HOUSING + "    callbacks: {offer_from_wait_minutes: 0, handling_minutes: 2}\n"


class ChaosCity(City):
    """``postgresql``: the city's own cluster, None on SQLite."""

    def __init__(self, root: Path, database: str) -> None:
        self.postgresql = OwnCluster(root) if database == "postgresql" else None
        self.database = database
        url = self.postgresql.url() if self.postgresql else f"sqlite:///{root / 'service.db'}"
        rules = root / "rules.yaml"
        super().__init__(root, url, {"RULESET_FILE": str(rules)})
        rules.write_text(busy_rules(), encoding="utf-8")
        self.web_ports = tuple(free_ports(len(WEBS)))
        self._control = root / "proxy.json"
        specs = specs_for(self.settings, root, emulator=True)
        self._clock_spec = replace(next(spec for spec in specs if spec.name == "clock"), name=SECOND_CLOCK)
        self.synced_log = root / "synced.log"
        self._environment = {**self.installation.environment, **self._watched_syncs()}
        self.fleet = Fleet(self._environment, root, self._two_webs(specs), START_SECONDS)
        self._second: Fleet | None = None

    def _watched_syncs(self) -> dict[str, str]:
        """So that the power can be cut. Without a compiler it cannot, and the fault that wants it says so."""
        try:
            return {"LD_PRELOAD": str(shim()), "SYNCED_LOG": str(self.synced_log)} if self.postgresql is None else {}
        except NoCompiler:
            return {}

    def _two_webs(self, specs: tuple[ProcessSpec, ...]) -> tuple[ProcessSpec, ...]:
        web = next(spec for spec in specs if spec.name == "web")
        host = self.settings.web_host
        twins = tuple(self._twin(web, name, (host, port)) for name, port in zip(WEBS, self.web_ports, strict=True))
        port, to = str(self.settings.web_port), map(str, self.web_ports)
        argv = (sys.executable, "-m", "tests.chaos.proxy", "--control", str(self._control), "--port", port, "--to", *to)
        proxy = ProcessSpec("proxy", argv, AnswersHttp(host, self.settings.web_port, "/healthz"))
        return (*(spec for spec in specs if spec.name != "web"), *twins, proxy)

    def numbers_in_rules(self) -> list[str]:
        """Desks' own telephones, duties, partners: whom a caller may be put through to."""
        return sorted(set(re.findall(r"\+358\d{6,10}", busy_rules())))

    @staticmethod
    def _twin(web: ProcessSpec, name: str, place: tuple[str, int]) -> ProcessSpec:
        more = {"WEB_PORT": str(place[1])}
        return replace(web, name=name, ready=AnswersHttp(*place, "/healthz"), environment=more, listens=place)

    def stop(self) -> None:
        for name in (*PROCESSES, SECOND_CLOCK):
            self.thaw(name)
        if self._second is not None:
            self._second.stop()
        super().stop()
        if self.postgresql is not None:
            self.postgresql.end()

    def texts_sent(self) -> None:
        """Nothing that is due is left when a run is over; a text whose fate nobody knows is not waited for."""

    # --- processes by name --------------------------------------------------------------------------------------

    def fleet_of(self, name: str) -> Fleet | None:
        return self._second if name == SECOND_CLOCK else self.fleet

    def pids(self, name: str) -> list[int]:
        """The process and everything that it forked; empty while it is down."""
        fleet = self.fleet_of(name)
        return fleet.members(name) if fleet is not None else []

    def leader(self, name: str) -> int | None:
        fleet = self.fleet_of(name)
        return fleet.pid(name) if fleet is not None else None

    def kill(self, *names: str) -> None:
        """SIGKILL to everything of it, at one moment; it is started again as by any supervisor."""
        for name in names:
            self._note(f"{name} killed")
            self._signal(name, signal.SIGKILL)

    def kill_leader(self, name: str) -> None:
        """SIGKILL to the parent only: what it forked lives on until the supervisor tidies up."""
        self._note(f"{name}'s parent killed")
        pid = self.leader(name)
        if pid is not None:
            _send(pid, signal.SIGKILL)

    def kill_web_process(self, pid: int | None) -> None:
        """One of the processes that answer webhooks; any of them where none is named."""
        self._note("web process killed")
        forked = [each for name in WEBS for each in self.pids(name) if each != self.leader(name)]
        if pid or forked:
            _send(pid or forked[0], signal.SIGKILL)

    def terminate(self, name: str) -> None:
        """SIGTERM, as a deploy sends it: work in hand finishes; it is started again."""
        self._note(f"{name} terminated")
        pid = self.leader(name)
        if pid is not None:
            _send(pid, signal.SIGTERM)

    def stop_process(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Down until ``start_process``."""
        self._note(f"{name} down")
        fleet = self._known(name)
        fleet.pause_restart(name)
        self._signal(name, number) if number == signal.SIGKILL else fleet.kill(name, number)
        until(lambda: fleet.pid(name) is None, DEATH_SECONDS, lambda: f"{name} does not die")

    def start_process(self, name: str) -> None:
        fleet = self._known(name)
        fleet.resume(name)
        fleet.wait_ready(name, READY_SECONDS)

    def restarted(self, name: str, than: int) -> None:
        """Waits until it was started more often than so many times, and answers."""
        fleet = self._known(name)
        until(lambda: fleet.starts(name) > than, DEATH_SECONDS, lambda: f"{name} was not started again")
        fleet.wait_ready(name, READY_SECONDS)

    def freeze(self, name: str) -> None:
        """SIGSTOP: it lives, holds what it holds and answers nobody."""
        self._note(f"{name} frozen")
        self._signal(name, signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        self._signal(name, signal.SIGCONT)

    @contextmanager
    def frozen(self, *names: str) -> Iterator[None]:
        for name in names:
            self.freeze(name)
        try:
            yield
        finally:
            for name in names:
                self.thaw(name)

    @contextmanager
    def two_clocks(self) -> Iterator[None]:
        """A second dispatcher runs beside the first."""
        self._second = Fleet(self._environment, self.installation.root, (self._clock_spec,), START_SECONDS)
        self._second.start()
        try:
            yield
        finally:
            self._second.stop()
            self._second = None

    def whole_again(self) -> None:
        """Whatever a fault left lying: everything runs, nothing is frozen, the proxy is honest."""
        self.proxied()
        for name in PROCESSES:
            self.thaw(name)
        if self.postgresql is not None:
            self.postgresql.start()
        for name in PROCESSES:
            self.start_process(name)

    # --- the way from the provider ------------------------------------------------------------------------------

    def proxied(self, down: tuple[int, ...] = (), delay: float = 0.0) -> None:
        """``down``: instances (0, 1) that the proxy does not ask; ``delay``: seconds before each request."""
        part = self._control.with_suffix(".part")
        part.write_text(json.dumps({"down": down, "delay": delay}))
        part.replace(self._control)

    # --- the stores ---------------------------------------------------------------------------------------------

    def valkey(self) -> redis.Redis:
        """A connection of one's own, to do harm with."""
        return redis.Redis.from_url(self.settings.redis_url, socket_timeout=5)

    def keys(self) -> list[str]:
        """Of everything that is in it now; nothing where it does not answer."""
        with suppress(redis.RedisError), self.valkey() as store:
            return [key.decode(errors="replace") for key in store.scan_iter(count=1000)]
        return []

    def stop_valkey(self) -> None:
        self.stop_process("valkey")

    def start_valkey(self) -> None:
        self.start_process("valkey")

    @property
    def valkey_directory(self) -> Path:
        return self.settings.data_dir / "valkey"

    @property
    def sqlite_file(self) -> Path:
        return self.installation.root / "service.db"

    # --- inside -------------------------------------------------------------------------------------------------

    def _known(self, name: str) -> Fleet:
        fleet = self.fleet_of(name)
        assert fleet is not None, f"{name} does not run"
        return fleet

    def _signal(self, name: str, number: signal.Signals) -> None:
        for pid in self.pids(name):
            _send(pid, number)


def busy_rules() -> str:
    """The sample rules; whoever waits for the housing service is asked at once whether she wants to be rung back."""
    sample = SAMPLE.read_text(encoding="utf-8")
    assert sample.count(HOUSING) == 1, "the sample rules have changed: nobody would be offered a callback"
    return sample.replace(HOUSING, BUSY)


def _send(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def last_words(city: ChaosCity, lines: int = 15) -> str:
    """The end of what every process said, for a failure."""
    told = []
    for name in PROCESSES:
        path = city.fleet.log_file(name)
        said = path.read_text(errors="replace").splitlines()[-lines:] if path.exists() else []
        told.append("\n".join([f"--- {name}", *said]))
    return "\n".join(told)
