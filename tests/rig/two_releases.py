"""The rig's city with processes of two releases: an older one serves, today's is put beside it, the older one goes.

As several hosts behind a balancer are brought to a new release, one after another. Emulator, live store and balancer
belong to no release.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Self

from adapters.migrate import upgrade
from operations.processes import Fleet, ProcessSpec
from operations.ready import AnswersHttp
from operations.specs import specs_for
from operations.trial import write_emulator_config
from tests.rig import people
from tests.rig.city import City
from tests.rig.ports import free_ports
from tests.rig.waiting import until

THE_OLDER, TODAYS = 0, 1  # as the balancer counts them
OF_A_RELEASE = ("web", "worker-1", "worker-2", "clock")
PREPARED = """
import os
from adapters.settings import load_settings
from tests.rig.prepare import prepare
prepare(load_settings(os.environ))
"""
START_SECONDS, LEAVING_SECONDS = 150.0, 30.0  # of a machine that others use too


class TwoReleases(City):
    """``older``: the files of the release that begins."""

    def __init__(self, root: Path, database_url: str, older: Path, rules: Path) -> None:
        super().__init__(root, database_url, {"RULESET_FILE": str(rules)})
        self._older_files, self._control = older, root / "balancer.json"
        self._ports = free_ports(2)
        usual = {spec.name: spec for spec in specs_for(self.settings, root, emulator=True)}
        one, other = self._ports
        self._older = [_from(older, spec) for spec in self._release(usual, "older", one)]
        names = [name for name in usual if name not in OF_A_RELEASE and name != "events"]
        shared = (*(usual[name] for name in names), self._balancer())
        self.fleet = Fleet(self.installation.environment, root, (*shared, *self._older), START_SECONDS)
        todays = (*self._release(usual, "todays", other), usual["events"])
        self.newer = Fleet(self.installation.environment, root, todays, START_SECONDS)

    def _balancer(self) -> ProcessSpec:
        port = self.settings.web_port
        argv = (sys.executable, "-m", "tests.chaos.proxy", "--control", str(self._control), "--port", str(port), "--to")
        return ProcessSpec("balancer", (*argv, *map(str, self._ports)))

    def _release(self, usual: dict[str, ProcessSpec], whose: str, port: int) -> Iterable[ProcessSpec]:
        web, *others = (usual[name] for name in OF_A_RELEASE)
        ready = AnswersHttp("127.0.0.1", port, "/healthz")
        yield replace(web, name=f"web-{whose}", ready=ready, environment={"WEB_PORT": str(port)}, listens=None)
        yield from (replace(spec, name=f"{spec.name}-{whose}") for spec in others)

    # --- from start to stop -------------------------------------------------------------------------------------

    def start(self) -> Self:
        """The older release makes the record, by its own code."""
        environment = {**os.environ, **self.installation.environment}
        subprocess.run([sys.executable, "-c", PREPARED], cwd=self._older_files, env=environment, check=True)
        write_emulator_config(self.settings, self.installation.root)
        with self.engine.begin() as connection:
            people.hire(connection)
        self.balanced(without=TODAYS)
        self.fleet.start()
        return self

    def stop(self) -> None:
        self.newer.stop()
        super().stop()

    def revision(self) -> str:
        return str(self.one("SELECT version_num FROM alembic_version")["version_num"])

    def todays_comes(self) -> None:
        """It brings the record to its shape while the older one serves on, and both answer from now on."""
        upgrade(self.settings.database_url)
        self.newer.start()
        self.balanced()

    def older_goes(self) -> None:
        self.balanced(without=THE_OLDER)
        for spec in self._older:
            self.fleet.pause_restart(spec.name)
            self.fleet.kill(spec.name, signal.SIGTERM)
        for spec in self._older:
            self._has_gone(spec.name)

    def _has_gone(self, name: str) -> None:
        until(lambda: self.fleet.pid(name) is None, LEAVING_SECONDS, lambda: f"{name} does not leave")

    def balanced(self, *, without: int | None = None) -> None:
        """Turn by turn between the two, or by one of them alone, from the next request on."""
        part = self._control.with_suffix(".part")
        part.write_text(json.dumps({"down": [] if without is None else [without], "delay": 0}), encoding="utf-8")
        part.replace(self._control)


def _from(files: Path, spec: ProcessSpec) -> ProcessSpec:
    return replace(spec, argv=("env", "-C", str(files), *spec.argv))
