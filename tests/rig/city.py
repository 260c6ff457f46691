"""One city of real processes, its clock, its people, and the harm that can be done to it. Serves many scenarios."""

import os
import signal
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

import redis
from sqlalchemy import create_engine, text

from adapters.schema import metadata
from adapters.settings import load_settings
from operations.processes import Fleet
from operations.specs import specs_for
from operations.trial import write_emulator_config
from tests.checker.judge import judge, table
from tests.checker.read import read
from tests.rig import people, record
from tests.rig.agent import Agent, Credentials
from tests.rig.hold import Hold
from tests.rig.installation import CITY_NUMBER, install
from tests.rig.lab import Lab
from tests.rig.prepare import prepare
from tests.rig.resident import Resident
from tests.rig.waiting import until

KEPT_TABLES = frozenset({"ruleset", "agent", "process_start", "alembic_version"})
SETTLE_SECONDS = 20.0  # machine time in which whatever was begun must have come to rest


class City:
    def __init__(self, root: Path, database_url: str, settings: Mapping[str, str] | None = None) -> None:
        self.installation = install(root, database_url, settings)
        self.settings = load_settings(self.installation.environment)
        self.fleet = Fleet(self.installation.environment, root, specs_for(self.settings, root, emulator=True))
        self.engine = create_engine(database_url)
        self.lab = Lab(self.installation.emulator)
        self.hold = Hold(self.installation.fault_file)
        self.disturbances: list[str] = []
        self._agents: list[Agent] = []
        self._rate = 1.0

    # --- from start to stop -------------------------------------------------------------------------------------

    def start(self) -> Self:
        prepare(self.settings)
        write_emulator_config(self.settings, self.installation.root)
        with self.engine.begin() as connection:
            people.hire(connection)
        self.fleet.start()
        return self

    def stop(self) -> None:
        self._send_home()
        self.fleet.stop()
        self.engine.dispose()

    def reset(self) -> None:
        """A new day for the next scenario: same processes, same rules, same staff, nothing else."""
        self._send_home()
        self.hold.clear()
        self.lab.delete("/lab/faults")
        self.texts_sent()
        self.lab.reset()
        self.texts_sent()  # what the calls that have just been cut brought about
        with self.engine.begin() as connection:
            for each in reversed(metadata.sorted_tables):
                if each.name not in KEPT_TABLES:
                    connection.execute(each.delete())
        self.flush()
        self.lab.reset()  # what was on its way just then
        self.disturbances.clear()

    def texts_sent(self) -> None:
        """Or one would come tomorrow."""
        self.eventually_count(0, "SELECT 1 FROM text_message WHERE status IS NULL")

    def _send_home(self) -> None:
        for agent in self._agents:
            agent.browser_dies()
        self._agents.clear()

    # --- the clock and the people -------------------------------------------------------------------------------

    def clock(self, business_time: str | None, rate: float = 20.0) -> None:
        self._rate = rate
        self.lab.set_clock(business_time, rate)

    @property
    def rate(self) -> float:
        return self._rate

    def business_moment(self) -> datetime:
        """Now in the city, as its own clocks show it."""
        read = datetime.fromisoformat(self.lab.get("/lab/clock")["business_time"])
        return read.astimezone(ZoneInfo("Europe/Helsinki"))

    def resident(self, number: str) -> Resident:
        return Resident(self.lab, number, CITY_NUMBER, lambda: self._rate)

    def agent(self, agent_id: str) -> Agent:
        """Signed in, not yet available."""
        worker = next(w for w in people.WORKERS if w.id == agent_id)
        who = Credentials(worker.id, worker.sign_in, people.PASSWORD)
        agent = Agent(self.lab, self.installation.web, who, lambda: self._rate).signs_in()
        self._agents.append(agent)
        return agent

    # --- the record ---------------------------------------------------------------------------------------------

    def sql(self, query: str, **values: object) -> Sequence[Mapping[str, Any]]:
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(text(query), values).mappings()]

    def one(self, query: str, **values: object) -> Mapping[str, Any]:
        rows = self.sql(query, **values)
        assert len(rows) == 1, f"{len(rows)} rows: {query} {values}"
        return rows[0]

    def eventually(self, query: str, within: float = SETTLE_SECONDS, **values: object) -> Mapping[str, Any]:
        """Waits, in machine seconds, until the query has a row; its first one."""
        return until(
            lambda: next(iter(self.sql(query, **values)), None),
            within,
            lambda: f"never true: {query} {values}\n{self.state()}",
        )

    def eventually_count(self, number: int, query: str, within: float = SETTLE_SECONDS) -> None:
        """Waits, in machine seconds, until the query has so many rows."""
        until(
            lambda: len(self.sql(query)) == number,
            within,
            lambda: f"{len(self.sql(query))} rows, not {number}: {query}\n{self.state()}",
        )

    def state(self) -> str:
        """The open matters in one screenful, for a failure."""
        requests = self.sql("SELECT id, state, attempts, due_at, offer_token, outcome FROM callback_request")
        callers = self.sql("SELECT id, state, offer_token, outcome FROM waiting_caller")
        offers = self.sql("SELECT token, agent_id, state, outcome, reason FROM offer")
        return "\n".join(str(row) for row in [*requests, *callers, *offers])

    def judged(self, directory: Path | None = None) -> Mapping[str, int]:
        """Writes the run down, lets the checker judge it, and raises what it found; else its counts."""
        place = directory or Path(tempfile.mkdtemp(dir=self.installation.root, prefix="run-"))
        record.write(place, self.engine, self.lab, self._rate, self.disturbances)
        verdict = judge(read(place))
        assert not verdict.violations, f"{table(verdict)}\n(the run lies in {place})"
        return dict(verdict.counts)

    # --- harm ---------------------------------------------------------------------------------------------------

    def flush(self) -> None:
        self._note("valkey flushed")
        with redis.Redis.from_url(self.settings.redis_url) as store:
            store.flushall()

    def kill(self, *names: str) -> None:
        for name in names:
            self._note(f"{name} killed")
            self.fleet.kill(name, signal.SIGKILL)

    def kill_web_process(self, pid: int | None) -> None:
        """One of the processes that answer webhooks; any of them where none is named."""
        self._note("web process killed")
        leader = self.fleet.pid("web")
        os.kill(pid or next(each for each in self.fleet.members("web") if each != leader), signal.SIGKILL)

    def stop_valkey(self) -> None:
        self._note("valkey down")
        self.fleet.pause_restart("valkey")
        self.fleet.kill("valkey", signal.SIGKILL)
        until(lambda: self.fleet.pid("valkey") is None, 5, lambda: "valkey does not die")

    def start_valkey(self) -> None:
        self.fleet.resume("valkey")
        self.fleet.wait_ready("valkey")

    def _note(self, what: str) -> None:
        self.disturbances.append(what)


def logs(city: City) -> str:
    """The last lines of every process, for a failure."""
    names = ("web", "worker-1", "worker-2", "clock", "emulator")
    return "\n".join(f"--- {name}\n{_tail(city.fleet.log_file(name))}" for name in names)


def _tail(path: Path, lines: int = 25) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else ""
