"""The rig's city spread over seven hosts: two that answer webhooks, two that work and keep the clock, two that hold the
stores, one that only watches. The provider, its telephones and a balancer stand outside.
"""

import json
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

from adapters.database import Database
from adapters.places import Places
from adapters.redis_live import connect
from adapters.store_places import one_form
from operations.processes import Fleet, ProcessSpec
from operations.ready import AnswersHttp
from operations.specs import EMULATOR_CONFIG, specs_for
from operations.trial import write_emulator_config
from tests.chaos.city import busy_rules
from tests.hosts import stores
from tests.hosts.network import OUTSIDE, Host, Network
from tests.rig import people
from tests.rig.city import City
from tests.rig.ports import free_ports
from tests.rig.prepare import prepare
from tests.rig.waiting import until

WEB_PORT, EVENTS_PORT = 8080, 8081
FOLLOWS_SECONDS = 30.0
READY_SECONDS = 180.0  # of twenty processes at once, on a machine that has other work too
PATIENCE = 10.0  # of the judge's questions to the record


class SpreadCity(City):
    def __init__(self, root: Path, network: Network) -> None:
        self.network = network
        self.webs = [network.host("web1", 11), network.host("web2", 12)]
        self.works = [network.host("work1", 21), network.host("work2", 22)]
        self.keeps = [network.host("keep1", 31), network.host("keep2", 32)]
        self.watches = [*self.keeps, network.host("watch", 33)]
        rules = root / "rules.yaml"
        rules.write_text(busy_rules(), encoding="utf-8")
        told = {"REDIS_URL": stores.redis_url(self.watches), "RULESET_FILE": str(rules)}
        super().__init__(root, one_form(stores.database_url(self.keeps)), told)
        self.engine = Database(self.settings.database_url, deadline=PATIENCE).engine  # finds the host, as the service
        self.records = [stores.Record(host, root / f"record-{host.name}") for host in self.keeps]
        self._control = root / "balancer.json"  # obeyed from the next request on
        self.stores = Fleet({}, root, tuple(self._store_specs(root)))
        self.standby = Fleet({}, root, (self.records[1].spec(),))
        self.specs = {spec.name: spec for spec in self._specs(root)}
        self.fleet = Fleet(self.installation.environment, root, tuple(self.specs.values()), READY_SECONDS)

    # --- which process runs where -------------------------------------------------------------------------------

    def _store_specs(self, root: Path) -> Sequence[ProcessSpec]:
        first = self.keeps[0]
        return [
            *(stores.valkey(host, root / f"valkey-{host.name}", first) for host in self.keeps),
            *(stores.sentinel(host, root / f"sentinel-{host.name}", first) for host in self.watches),
            self.records[0].spec(),
        ]

    def _specs(self, root: Path) -> Sequence[ProcessSpec]:
        usual = {spec.name: spec for spec in specs_for(self.settings, root, emulator=True)}
        outside, inside = free_ports(2), self.settings
        ways = [f"127.0.0.1:{port}={host.address}:{WEB_PORT}" for port, host in zip(outside, self.webs, strict=True)]
        to_events = f"127.0.0.1:{inside.events_port}={self.webs[0].address}:{EVENTS_PORT}"
        balancer = ("-m", "tests.chaos.proxy", "--control", str(self._control), "--port", str(inside.web_port), "--to")
        return [
            usual["emulator"],
            _relay("ways-in", *ways, to_events),
            ProcessSpec("balancer", (sys.executable, *balancer, *map(str, outside))),
            *(self._way_out(host) for host in (*self.webs, *self.works)),
            *(self._web(usual["web"], host) for host in self.webs),
            self._events(usual["events"]),
            *(_on(host, usual["worker-1"], f"worker-{host.name}") for host in self.works),
            *(_on(host, usual["clock"], f"clock-{host.name}") for host in self.works),
        ]

    def _way_out(self, host: Host) -> ProcessSpec:
        port = self.settings.emulator_port
        way = _relay(f"way-{host.name}", f"127.0.0.1:{port}={OUTSIDE}:{port}")
        return replace(way, argv=host.inside(*way.argv))

    def _web(self, web: ProcessSpec, host: Host) -> ProcessSpec:
        told = {"WEB_HOST": host.address, "WEB_PORT": str(WEB_PORT)}
        ready = AnswersHttp(host.address, WEB_PORT, "/healthz")
        return replace(_on(host, web, f"web-{host.name}"), ready=ready, environment=told)

    def _events(self, events: ProcessSpec) -> ProcessSpec:
        host = self.webs[0]
        told = {"WEB_HOST": host.address, "EVENTS_PORT": str(EVENTS_PORT), "WEB_PORT": str(WEB_PORT)}
        ready = AnswersHttp(host.address, EVENTS_PORT, "/healthz")
        return replace(_on(host, events, "events"), ready=ready, environment=told)

    # --- from start to stop -------------------------------------------------------------------------------------

    def start(self) -> Self:
        primary, standby = self.records
        primary.made()
        self.stores.start()
        primary.sql(f"CREATE DATABASE {stores.DATABASE}")
        standby.copied_from(primary)
        self.standby.start()
        self.eventually("SELECT 1 FROM pg_stat_replication WHERE state = 'streaming'", FOLLOWS_SECONDS)
        primary.keeps_no_promise_alone()
        prepare(self.settings)
        self._emulator_for_everybody()
        with self.engine.begin() as connection:
            people.hire(connection)
        self.fleet.start()
        return self

    def _emulator_for_everybody(self) -> None:
        """It listens at the bridge too, not only on loopback."""
        write_emulator_config(self.settings, self.installation.root)
        path = Places(self.installation.root).run / EMULATOR_CONFIG
        told = {**json.loads(path.read_text(encoding="utf-8")), "host": "0.0.0.0"}  # noqa: S104  a namespace of its own
        path.write_text(json.dumps(told), encoding="utf-8")

    def stop(self) -> None:
        super().stop()
        self.standby.stop()
        self.stores.stop()
        self.network.end()

    def flush(self) -> None:
        self._note("valkey flushed")
        connect(self.settings.redis_url).flushall()

    # --- harm ---------------------------------------------------------------------------------------------------

    def of_host(self, host: Host) -> list[str]:
        """The names of the service's processes there."""
        return [name for name in self.specs if name.endswith(f"-{host.name}") and not name.startswith("way-")]

    def loses(self, host: Host) -> None:
        self._note(f"{host.name} cut off")
        self.network.cut(host)

    def regains(self, host: Host) -> None:
        self.network.mend(host)

    def dies(self, host: Host) -> None:
        """Power off: everything of the service there is gone at one moment."""
        self._note(f"{host.name} dead")
        for name in self.of_host(host):
            self.fleet.pause_restart(name)
            self.fleet.kill(name, signal.SIGKILL)

    def lives(self, host: Host) -> None:
        for name in self.of_host(host):
            self.fleet.resume(name)
            self.fleet.wait_ready(name, READY_SECONDS)

    def fails_over(self) -> None:
        """As whoever watches the record's hosts does: the old one is made sure to be dead, the other is promoted."""
        old, new = self.records
        self.stores.pause_restart(old.spec().name)
        self.stores.kill(old.spec().name, signal.SIGKILL)
        new.promote()
        self.engine.dispose()  # a connection of ours to the old host would wait for it until the network gives it up
        new.keeps_promises_alone()

    def loses_store(self, host: Host) -> None:
        self._note(f"valkey of {host.name} dead")
        self.stores.pause_restart(f"valkey-{host.name}")
        self.stores.kill(f"valkey-{host.name}", signal.SIGKILL)

    def regains_store(self, host: Host) -> None:
        self.stores.resume(f"valkey-{host.name}")

    def restarted(self, host: Host) -> None:
        """As a deploy goes: the balancer takes the host out, the older server finishes its work and leaves, the newer
        one begins, the balancer takes it in again."""
        self._balancer_without(self.webs.index(host))
        name = f"web-{host.name}"
        before = self.fleet.starts(name)
        self.fleet.kill(name, signal.SIGTERM)
        until(lambda: self.fleet.starts(name) > before, READY_SECONDS, lambda: f"{name} is not started again")
        self.fleet.wait_ready(name, READY_SECONDS)
        self._balancer_without()

    def _balancer_without(self, *numbers: int) -> None:
        fresh = self._control.with_suffix(".part")
        fresh.write_text(json.dumps({"down": numbers, "delay": 0}), encoding="utf-8")
        fresh.replace(self._control)

    def upgraded(self, name: str) -> None:
        self.fleet.replace(self.specs[name], self.installation.environment, READY_SECONDS)


def _relay(name: str, *ways: str) -> ProcessSpec:
    return ProcessSpec(name, (sys.executable, "-m", "tests.hosts.relay", *ways))


def _on(host: Host, spec: ProcessSpec, name: str) -> ProcessSpec:
    return replace(spec, name=name, argv=host.inside(*spec.argv), listens=None)
