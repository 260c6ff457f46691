"""A city and its floors, each behind the service's own web server: same processes, same threads, same settings."""

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import yaml

from adapters.database import Database
from adapters.places import ROOT
from adapters.settings import load_settings
from operations.setup import prepare
from operations.specs import store_spec, web_command
from tests.bench import form
from tests.bench.load import Connection
from tests.rig.ports import free_ports
from tests.support.postgres import fresh_database

TUESDAY_TEN = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
SAMPLE = ROOT / "routing_rules" / "samples" / "kuopio.yaml"
NO_LIMIT = 10_000_000
MANY_AGENTS = 900  # so that no window is ever full
READY_SECONDS = 120.0  # beside others that keep the machine busy


@dataclass(frozen=True)
class Server:
    port: int
    pid: int
    log: Path


@dataclass(frozen=True)
class Stores:
    directory: Path
    redis: str


@contextmanager
def stores() -> Iterator[Stores]:
    """A Valkey of one's own; PostgreSQL is begun by whoever asks for a database."""
    directory = Path(tempfile.mkdtemp(prefix="onenumber-bench-"))
    socket = directory / "socket" / "valkey.sock"
    store = subprocess.Popen(store_spec(directory / "valkey", socket).argv, stdout=subprocess.DEVNULL)
    try:
        until(socket.exists, "Valkey")
        yield Stores(directory, f"unix://{socket}")
    finally:
        _end(store)
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def server(app: str, environment: Mapping[str, str], directory: Path) -> Iterator[Server]:
    port = free_ports(1)[0]
    log = directory / f"{app.partition(':')[0]}-{port}.log"
    whole = {**os.environ, **environment, "WEB_HOST": "127.0.0.1", "WEB_PORT": str(port), "LOG_LEVEL": "WARNING"}
    with open(log, "wb") as written:
        process = subprocess.Popen(web_command(app), cwd=ROOT, env=whole, stdout=written, stderr=written)
    try:
        until(lambda: process.poll() is not None or listens(port), app)
        if process.poll() is not None:
            sys.exit(f"{app} ended at once:\n{log.read_text(errors='replace')[-2000:]}")
        yield Server(port, process.pid, log)
    finally:
        _end(process)


def floor_environment(held: Stores, database_url: str) -> dict[str, str]:
    return {
        "FLOOR_BASE": form.BASE,
        "FLOOR_TOKEN": form.TOKEN,
        "FLOOR_REDIS": held.redis,
        "FLOOR_DATABASE": database_url,
    }


def city_environment(held: Stores, database_url: str, name: str = "city") -> dict[str, str]:
    """A prepared city at ten on a Tuesday, whose windows hold as many promises as anybody asks for."""
    root = held.directory / name
    root.mkdir()
    (root / "clock.json").write_text(
        json.dumps({"business_time": TUESDAY_TEN.isoformat(), "as_of": time.time(), "rate": 1})
    )
    (root / "rules.yaml").write_text(_rules())
    environment = {
        "TWILIO_ACCOUNT_SID": form.ACCOUNT,
        "TWILIO_AUTH_TOKEN": form.TOKEN,
        "TWILIO_API_BASE_URL": "http://127.0.0.1:9",
        "CITY_NUMBER": form.CITY,
        "PUBLIC_BASE_URL": form.BASE,
        "EVENTS_URL": "http://127.0.0.1:9",
        "SECRET_KEY": secrets.token_hex(32),
        "DATABASE_URL": database_url,
        "REDIS_URL": held.redis,
        "DATA_DIR": str(root / "data"),
        "RULESET_FILE": str(root / "rules.yaml"),
        "CLOCK_FILE": str(root / "clock.json"),
    }
    prepare(load_settings(environment), emulator=False, progress=lambda what: None)
    return environment


@contextmanager
def everything() -> Iterator[tuple[dict[str, Server], Stores]]:
    """Our service and the three floors, all at once."""
    with ExitStack() as running:
        held = running.enter_context(stores())
        floor_url, city_url = fresh_database(), fresh_database()
        _make_floor_table(floor_url)
        floors = floor_environment(held, floor_url)
        apps = {
            "a": ("tests.bench.floors.constant:create_app()", floors),
            "d": ("tests.bench.floors.menu:create_app()", floors),
            "f": ("tests.bench.floors.commit:create_app()", floors),
            "ours": ("wsgi:create_app()", city_environment(held, city_url)),
        }
        yield (
            {
                name: running.enter_context(server(app, environment, held.directory))
                for name, (app, environment) in apps.items()
            },
            held,
        )


def _make_floor_table(url: str) -> None:
    from tests.bench.floors.commit import metadata

    database = Database(url)
    with database.write() as tx:
        metadata.create_all(tx.connection)
    database.dispose()


def _rules() -> str:
    """The sample with crowds at every desk."""
    document = yaml.safe_load(SAMPLE.read_text(encoding="utf-8"))
    for department in document["departments"]:
        for days in department.get("staffing", {}).values():
            for hours in days.values():
                hours.update(dict.fromkeys(hours, MANY_AGENTS))
    document["limits"].update(dict.fromkeys(("requests_per_hour", "rings_per_hour"), NO_LIMIT))  # it measures promises
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False)


def listens(port: int) -> bool:
    try:
        Connection(port).ask(b"GET /healthz HTTP/1.1\r\nHost: floor\r\n\r\n")
    except OSError:
        return False
    except Exception:  # noqa: BLE001  a floor has no such page: it listens
        return True
    return True


def until(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + READY_SECONDS
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"{what} was not ready within {READY_SECONDS:.0f} seconds")
        time.sleep(0.05)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=8)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
