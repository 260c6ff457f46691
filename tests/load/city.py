"""A city of real processes beside the light provider: web, events, two workers, clock, Valkey, and a database."""

import asyncio
import json
import random
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import yaml
from argon2 import PasswordHasher
from sqlalchemy import Engine, create_engine, insert

from adapters.places import ROOT
from adapters.schema import agent
from adapters.settings import load_settings
from operations.processes import Fleet
from operations.specs import specs_for
from tests.checker.judge import judge
from tests.checker.read import read
from tests.checker.verdict import Verdict
from tests.load.agents import Agent
from tests.load.leg import Leg
from tests.load.network import Network
from tests.load.pace import Pace
from tests.load.residents import Resident, Town
from tests.load.rest import Rest
from tests.load.walk import Walk
from tests.load.wire import Wire
from tests.rig import record
from tests.rig.installation import CITY_NUMBER, install
from tests.rig.people import EVERY_DESK, PASSWORD
from tests.rig.prepare import prepare
from tests.support.postgres import cluster, fresh_database

SAMPLE = ROOT / "routing_rules" / "samples" / "kuopio.yaml"
RETRIES = "#rc=2&rp=ct,rt,5xx"
LONGEST_ON_THE_LINE = 900.0  # business seconds after which anybody has hung up
HANGS_UP = (4.0, 40.0)
NO_LIMIT = 10_000_000


class City:
    """``staffing``: how many more people than the sample's stand behind its windows."""

    def __init__(self, root: Path, database: str, agents: int, staffing: int, log_level: str = "WARNING") -> None:
        self.database_url = fresh_database() if database == "postgresql" else f"sqlite:///{root / 'service.db'}"
        self.installation = install(root, self.database_url)
        rules = root / "rules.yaml"
        rules.write_text(_rules(staffing), encoding="utf-8")
        more = {"RULESET_FILE": str(rules), "LOG_LEVEL": log_level}
        self.settings = load_settings({**self.installation.environment, **more})
        specs = specs_for(self.settings, root, emulator=False)
        self.fleet = Fleet({**self.installation.environment, **more}, root, specs)
        self.engine: Engine = create_engine(self.database_url)
        self.database, self._agents = database, agents

    def start(self) -> "City":
        prepare(self.settings)
        hashed = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
        with self.engine.begin() as connection:
            connection.execute(insert(agent), [_worker(at, hashed) for at in range(self._agents)])
        self.fleet.start()
        return self

    def stop(self) -> None:
        self.fleet.stop()
        self.engine.dispose()

    def processes(self) -> dict[str, int]:
        """Name -> process id of each tree; the database is one of them where it has processes of its own."""
        names = ("web", "events", "worker-1", "worker-2", "clock", "valkey")
        found = {name: pid for name in names if (pid := self.fleet.pid(name)) is not None}
        if self.database == "postgresql":
            found["postgresql"] = int((cluster().directory / "postmaster.pid").read_text().splitlines()[0])
        return found


class Live:
    """What runs in one event loop against a city: the provider, its residents, its agents."""

    def __init__(self, city: City, pace: Pace, town: Town, seed: int) -> None:
        place = city.installation
        self.city, self.pace = city, pace
        self._fastest = pace.rate
        pace.write(self._clock_file)
        self.wire = Wire(city.settings.web_port, place.token)
        self.network = Network(self.wire, place.web, place.account, CITY_NUMBER, pace)
        self.town = town
        known = place.environment
        keys = ((place.account, place.token), (known["TWILIO_API_KEY"], known["TWILIO_API_SECRET"]))
        self.rest = Rest(self.network, keys, self._rings)
        self.agents: dict[str, Agent] = {}
        self.luck = random.Random(seed)
        self.calls = 0
        self._open = 0

    @property
    def _clock_file(self) -> Path:
        return Path(self.city.installation.environment["CLOCK_FILE"])

    def goes_at(self, rate: float) -> None:
        """The clock of everybody, from now on; the rules that judge go by the fastest."""
        self._fastest = max(self._fastest, rate)
        self.pace.changes(rate, self._clock_file)

    async def begin(self) -> None:
        await self.rest.listen(self.city.settings.emulator_port)

    async def staff(self, agents: int) -> None:
        for at in range(agents):
            one = Agent(f"w{at}", f"w{at}@city.example", self.wire, self.network, self.town)
            self.agents[one.id] = one
            await one.signs_in()
            await one.is_available()

    async def end(self) -> None:
        for one in self.agents.values():
            one.present = False
        await self.network.close()
        await self.rest.close()
        await self.wire.close()

    @property
    def under_way(self) -> int:
        """Calls of residents that are not over."""
        return self._open

    # --- residents -----------------------------------------------------------------------------------------------

    def ring(self, due: float, resident: Resident | None = None) -> Leg:
        """``due``: when the call was to begin, in the loop's time; the open loop counts from there."""
        person = resident or self.town.somebody()
        leg = self.network.new_leg(person.number, CITY_NUMBER, "inbound")
        leg.status, leg.told, leg.due = "ringing", f"{self.network.base}/voice/status", due
        leg.note("ring")
        patience = self.luck.uniform(*HANGS_UP) if person.plan == "hangs up" else LONGEST_ON_THE_LINE
        leg.gives_up_at = due + self.pace.machine(patience)
        self.calls += 1
        self._open += 1
        self.network.begin(self._call(leg, person))
        return leg

    def all_give_up(self, within: tuple[float, float]) -> None:
        """Residents who are still on the line hang up, each so many machine seconds from now."""
        now = asyncio.get_running_loop().time()
        for leg in self.network.legs.values():
            if leg.direction == "inbound" and not leg.over:
                leg.gives_up_at = now + self.luck.uniform(*within)
                leg.changed.set()

    async def _call(self, leg: Leg, person: Resident) -> None:
        try:
            await Walk(self.network, leg, person).live(f"{self.network.base}/voice/incoming{RETRIES}")
        finally:
            self._open -= 1

    def _rings(self, leg: Leg, url: str) -> None:
        """A call that the service has ordered: an agent's telephone, or somebody's."""
        one = self.agents.get(leg.callee.partition(":")[2])
        if one is not None:
            self.network.begin(one.is_rung(leg, url))
        else:
            self.network.begin(self._somebody_is_rung(leg, url))

    async def _somebody_is_rung(self, leg: Leg, url: str) -> None:
        self.network.progress(leg, "initiated")
        self.network.progress(leg, "ringing")
        await leg.wait(3.0)
        self.network.progress(leg, "in-progress")
        await Walk(self.network, leg, self.town.of(leg.callee)).live(url)

    # --- from the outside ------------------------------------------------------------------------------------------

    async def quiet(self, seconds: float, when: Callable[[], bool]) -> bool:
        """Waits, in machine seconds, until that is so."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if when():
                return True
            await asyncio.sleep(0.2)
        return when()

    def judged(self, directory: Path, disturbances: tuple[str, ...] = ()) -> Verdict:
        """The whole run is written down and judged by the rules that judge the emulator's."""
        record.write(directory, self.city.engine, self.network, self._fastest, disturbances)
        return judge(read(directory))


class Ages:
    """Looks once a second how long the oldest due order has waited, and how many wait: in a thread of its own."""

    QUERY = "SELECT min(due_machine), count(*) FROM outbox WHERE done_machine IS NULL AND due_machine <= {now}"

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.oldest: list[float] = []
        self.most = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Ages":
        self._thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._over.set()
        self._thread.join(5)

    def _watch(self) -> None:
        while not self._over.wait(1.0):
            with suppress(Exception), self._engine.connect() as connection:
                now = time.time()
                due, count = connection.exec_driver_sql(self.QUERY.format(now=now)).one()
                self.oldest.append(0.0 if due is None else now - float(due))
                self.most = max(self.most, int(count))


def _worker(at: int, hashed: str) -> Mapping[str, object]:
    """Every third one speaks all three languages, every third Swedish besides Finnish."""
    languages = (("fi", "sv", "en"), ("fi", "en"), ("fi", "sv"))[at % 3]
    return {
        "id": f"w{at}", "sign_in": f"w{at}@city.example", "name": f"W{at}", "password_hash": hashed,
        "role": "supervisor" if at == 0 else "agent", "departments": json.dumps(EVERY_DESK),
        "languages": json.dumps(languages), "telephone": None, "demo": False, "active": True,
    }  # fmt: skip


def _rules(staffing: int) -> str:
    """The sample with so many times its staff, and limits that a measurement does not meet."""
    document = yaml.safe_load(SAMPLE.read_text(encoding="utf-8"))
    for department in document["departments"]:
        for days in department.get("staffing", {}).values():
            for hours in days.values():
                hours.update({hour: people * staffing for hour, people in hours.items()})
    limits = ("requests_per_number_day", "rings_per_number_day", "requests_per_hour", "rings_per_hour")
    document["limits"].update(dict.fromkeys((*limits, "spend_per_day_cents"), NO_LIMIT))
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
