"""A release that serves from its own directory as on a city's machine: begun by its own command, followed by another.

Beside the processes that ``make upgrade`` replaces stands one more web server of the release that began, as on a second
host that has not been reached yet.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import create_engine

from operations.processes import Fleet, ProcessSpec
from operations.ready import AnswersHttp
from tests.rig import record
from tests.rig.agent import Agent, Credentials
from tests.rig.lab import Lab
from tests.rig.ports import free_ports
from tests.rig.releases import put_in_place
from tests.rig.resident import Resident
from tests.rig.waiting import until

INHERITED = ("PATH", "HOME", "LANG", "TMPDIR")
PORTS = ("WEB_PORT", "EVENTS_PORT", "EMULATOR_PORT")
OF_ITS_OWN = frozenset({"WEB_PORT", "SERVING_SOCKET", "SERVING_READY_FILE", "PROCESS_KIND"})
START_SECONDS, UPGRADE_SECONDS, STOP_SECONDS = 120.0, 300.0, 30.0  # of a machine that others use too
REPLACED = ("worker-1", "worker-2", "clock", "web", "events")


class InService:
    """``place`` is where its files lie, ``root`` where its data does."""

    def __init__(self, place: Path, root: Path, rules: Path) -> None:
        self.place, self.root = place, root
        ports = dict(zip(PORTS, map(str, free_ports(len(PORTS))), strict=True))
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        self._environment = {**inherited, **ports, "RULESET_FILE": str(rules)}
        self.web = f"http://127.0.0.1:{ports['WEB_PORT']}"
        self.lab = Lab(f"http://127.0.0.1:{ports['EMULATOR_PORT']}")
        self.engine = create_engine(f"sqlite:///{root / 'var/data/service.db'}")
        self._said = root / "said.txt"
        self._process: subprocess.Popen[bytes] | None = None
        self._beside: Fleet | None = None
        self._rate = 1.0

    # --- the releases -------------------------------------------------------------------------------------------

    def begins(self) -> "InService":
        with open(self._said, "w", encoding="utf-8") as said:
            self._process = subprocess.Popen(
                self._command("operations.run"),
                cwd=self.place,
                env=self._environment,
                stdout=said,
                stderr=subprocess.STDOUT,
            )
        until(self._serves, START_SECONDS, self.said)
        return self

    def _serves(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.said()
        return "Agents' console" in self.said()

    def followed_by(self, release: Path) -> "subprocess.CompletedProcess[str]":
        """Its files are put in place, and what ``make upgrade`` does is done."""
        put_in_place(release, self.place)
        return subprocess.run(
            self._command("operations.upgrade"),
            cwd=self.place,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=UPGRADE_SECONDS,
        )

    def another_web(self, release: Path) -> str:
        """One more web server, from these files, with the settings of the one that serves now; its address."""
        [port] = free_ports(1)
        told = (Path("/proc") / str(self.pid("web")) / "environ").read_text(encoding="utf-8").split("\0")
        environment = dict(line.split("=", 1) for line in told if "=" in line)
        own = {name: value for name, value in environment.items() if name not in OF_ITS_OWN}
        server = (sys.executable, "-m", "gunicorn", "-c", "operations/gunicorn_web.py", "wsgi:create_app()")
        argv = ("env", "-C", str(release), *server)
        spec = ProcessSpec("web-beside", argv, AnswersHttp("127.0.0.1", port, "/healthz"))
        self._beside = Fleet({**own, "WEB_PORT": str(port)}, self.root, (spec,), START_SECONDS)
        self._beside.start()
        return f"http://127.0.0.1:{port}"

    def ends(self) -> None:
        for agent in self._agents:
            agent.browser_dies()
        if self._beside is not None:
            self._beside.stop()
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(STOP_SECONDS)
        self.engine.dispose()

    def pid(self, name: str) -> int:
        return int((self.root / f"var/run/{name}.pid").read_text(encoding="utf-8"))

    def pids(self) -> Mapping[str, int]:
        return {name: self.pid(name) for name in REPLACED}

    def secret(self, name: str) -> str:
        kept: dict[str, str] = json.loads((self.root / "var/data/secrets.json").read_text(encoding="utf-8"))
        return kept[name]

    # --- the people ---------------------------------------------------------------------------------------------

    _agents: tuple[Agent, ...] = ()

    def clock(self, business_time: str, rate: float) -> None:
        self._rate = rate
        self.lab.set_clock(business_time, rate)

    def resident(self, number: str, city_number: str) -> Resident:
        return Resident(self.lab, number, city_number, lambda: self._rate)

    def agent(self, name: str) -> Agent:
        """One of the demo accounts, signed in."""
        who = Credentials(f"a_{name}", name, f"demo-{name}")
        agent = Agent(self.lab, self.web, who, lambda: self._rate).signs_in()
        self._agents = (*self._agents, agent)
        return agent

    def written_down(self, directory: Path) -> Path:
        return record.write(directory, self.engine, self.lab, self._rate, ["upgraded"])

    # --- inside -------------------------------------------------------------------------------------------------

    def said(self) -> str:
        return self._said.read_text(encoding="utf-8")

    def _command(self, module: str) -> list[str]:
        return [sys.executable, "-m", module, "--root", str(self.root)]
