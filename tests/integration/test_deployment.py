"""The image, the containers and the units are checked as far as a machine without Docker and systemd can: that each
command in them is one of the service's own, each name a setting, and that nothing runs as root or is open to others."""

import os
import re
import shutil
import subprocess
import sys
import time
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from adapters.places import ROOT
from adapters.settings import Settings, load_settings
from operations import backup_command, healthy, make_ready
from operations.specs import specs_for
from tests.rig.ports import free_ports
from tests.support.lived import place
from tests.unit.test_settings import GOOD

UNITS = ROOT / "deploy" / "systemd"
SERVICES = sorted(UNITS.glob("*.service"))
LASTING = [unit for unit in SERVICES if not re.search("setup|backup", unit.name)]
PROCESSES = {"web", "events", "worker-1", "worker-2", "clock-1", "clock-2"}
OURS = {name.upper() for name in Settings.model_fields}
OTHERS = {"PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "PATH"}


def commands() -> set[tuple[str, ...]]:
    """What follows Python in each process of ``make serve``; the embedded store is another matter."""
    known = specs_for(load_settings(GOOD), ROOT, emulator=False)
    return {spec.argv[1:] for spec in known if spec.name != "valkey"}


def lines(unit: Path, key: str) -> list[str]:
    return [line.partition("=")[2] for line in unit.read_text().splitlines() if line.startswith(f"{key}=")]


def composed() -> Any:
    return yaml.safe_load((ROOT / "compose.yaml").read_text())


# --- units -------------------------------------------------------------------------------------------------------


def test_there_is_a_unit_for_each_process_and_two_clocks() -> None:
    started = {tuple(lines(unit, "ExecStart")[0].split()[1:]) for unit in LASTING if "valkey" not in unit.name}
    assert started == commands()
    names = {unit.stem for unit in LASTING}
    assert names == {
        f"one-number-{n}" for n in ["valkey", "web", "events", "worker-1", "worker-2", "clock-1", "clock-2"]
    }


@pytest.mark.parametrize("unit", LASTING, ids=lambda unit: unit.stem)
def test_a_process_that_ends_is_started_again_and_leaves_nothing_behind(unit: Path) -> None:
    """A worker that loses its store ends with code 0: on-failure would leave it down."""
    says = {key: lines(unit, key) for key in ("Restart", "KillMode", "StartLimitIntervalSec", "TimeoutStopSec")}
    wanted = {"Restart": ["always"], "KillMode": ["control-group"], "StartLimitIntervalSec": ["0"]}
    assert says == {**wanted, "TimeoutStopSec": ["10"]}
    assert lines(unit, "User") == ["one-number"]


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """As they would stand on this machine: its own Python, a user that exists."""
    for each in UNITS.iterdir():
        text = each.read_text().replace("/opt/one-number/.venv/bin/python", sys.executable)
        text = re.sub(r"^(User|Group)=one-number$", r"\1=root", text.replace("/opt/one-number", str(ROOT)), flags=re.M)
        (tmp_path / each.name).write_text(text)
    return tmp_path


needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="this machine has no systemd")


@needs_systemd
def test_systemd_finds_no_fault_in_them(units: Path) -> None:
    named = [str(unit) for unit in units.iterdir() if unit.suffix != ".env"]
    done = subprocess.run(["systemd-analyze", "verify", *named], capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if "one-number" in line]
    assert ours == []


@needs_systemd
@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.stem)
def test_what_a_unit_may_do_is_little(unit: Path, units: Path) -> None:
    asked = ["systemd-analyze", "security", "--offline=true", "--threshold=25", str(units / unit.name)]
    assert subprocess.run(asked, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.stem)
def test_a_unit_reads_no_history_no_test_and_no_emulator_of_its_checkout(unit: Path) -> None:
    told = " ".join(lines(unit, "InaccessiblePaths")).split()
    assert told == [f"-/opt/one-number/{away}" for away in (".git", "tests", "emulator")]


def test_the_places_are_settings_and_come_after_the_citys_own_file() -> None:
    named = {line.partition("=")[0] for line in (UNITS / "places.env").read_text().splitlines() if line[:1] not in "#"}
    assert named - {""} <= OURS | OTHERS
    for unit in SERVICES:
        files = lines(unit, "EnvironmentFile")
        assert files[0] == "/etc/one-number/env"
        assert files[1:] == ["/opt/one-number/deploy/systemd/places.env", "-/etc/one-number/places.env"]


@pytest.mark.skipif(shutil.which("systemd-socket-activate") is None, reason="this machine has no systemd")
def test_a_port_that_the_unit_holds_open_is_served(tmp_path: Path) -> None:
    """So nobody is refused while the process begins anew."""
    held, unused = free_ports(2)
    environment = environment_in(tmp_path, WEB_PORT=str(unused))
    passed = [f"--setenv={name}" for name in environment]
    command = [sys.executable, *lines(UNITS / "one-number-web.service", "ExecStart")[0].split()[1:]]
    started = ["systemd-socket-activate", "-l", f"127.0.0.1:{held}", *passed, *command]
    process = subprocess.Popen(started, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    try:
        assert answers(held) == "alive\n"
    finally:
        process.terminate()
        process.wait(30)


def answers(port: int) -> str:
    end = time.monotonic() + 60
    while True:
        try:
            return requests.get(f"http://127.0.0.1:{port}/healthz", timeout=60).text
        except requests.ConnectionError:
            assert time.monotonic() < end, "nobody holds the port"
            time.sleep(0.05)


def test_the_nightly_backup_is_a_command_that_exists() -> None:
    _, module, *words = lines(UNITS / "one-number-backup.service", "ExecStart")[0].split()[1:]
    given = backup_command.parser().parse_args(words)
    assert (module, given.keep, str(given.to)) == (backup_command.__name__, 14, "/var/backups/one-number")
    assert lines(UNITS / "one-number-backup.service", "ReadWritePaths") == [str(given.to)]


# --- before the processes ----------------------------------------------------------------------------------------


def environment_in(directory: Path, **more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, **GOOD, **place("sqlite", directory), **more}


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in OURS:
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_the_setup_makes_a_place_ready_and_refuses_unsafe_settings(
    tmp_path: Path, clean: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in environment_in(tmp_path).items():
        clean.setenv(name, value)
    clean.setenv("QUARANTINE_SECONDS", "4")
    assert make_ready.main(["--patient"]) == 2, "a person must mend it: nobody waits"
    assert "QUARANTINE_SECONDS" in capsys.readouterr().err
    assert list(tmp_path.glob("*.db")) == []
    clean.delenv("QUARANTINE_SECONDS")
    assert make_ready.main([]) == 0
    assert (tmp_path / "service.db").is_file()
    assert (tmp_path / "fallback" / "voice-fallback.xml").is_file()


def test_the_setup_waits_for_a_database_where_that_is_said(
    tmp_path: Path, clean: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A machine boots: whatever needs the setup is started when it has ended well, and never if it has failed."""
    for name, value in environment_in(tmp_path, DATABASE_URL=f"sqlite:///{tmp_path}/later/service.db").items():
        clean.setenv(name, value)
    assert make_ready.main([]) == 2

    assert make_ready.main(["--patient"], pause=lambda _: (tmp_path / "later").mkdir()) == 0
    assert "It is tried again." in capsys.readouterr().err
    unit = UNITS / "one-number-setup.service"
    assert lines(unit, "ExecStart")[0].endswith("operations.make_ready --patient")
    told = {key: lines(unit, key) for key in ("TimeoutStartSec", "Restart", "RestartPreventExitStatus")}
    assert told == {"TimeoutStartSec": ["infinity"], "Restart": ["on-failure"], "RestartPreventExitStatus": ["2"]}


def test_the_health_check_tells_a_dead_process(clean: pytest.MonkeyPatch) -> None:
    [nobody] = free_ports(1)
    clean.setenv("WEB_PORT", str(nobody))
    assert healthy.main(["web"]) == 1
    assert healthy.main(["events"]) == healthy.main([]) == healthy.main(["clock"]) == 2


# --- containers --------------------------------------------------------------------------------------------------


def test_there_is_a_container_for_each_process_two_workers_and_two_clocks() -> None:
    services = composed()["services"]
    started = {name: tuple(one["command"][1:]) for name, one in services.items() if one.get("image") == IMAGE}
    assert set(started.values()) == commands() | {("-m", "operations.make_ready", "--patient")}
    assert {name for name, argv in started.items() if argv == ("-m", "queue_workers.scheduler")} == {
        "clock-1",
        "clock-2",
    }
    assert {"postgresql", "valkey", "setup", "web", "events", "worker-1", "worker-2"} <= set(services)


IMAGE = "one-number:latest"


def test_every_container_of_ours_is_kept_alive_and_may_do_little() -> None:
    for name, one in composed()["services"].items():
        if one.get("image") != IMAGE:
            continue
        assert one["read_only"], name
        assert one["cap_drop"] == ["ALL"], name
        assert one["security_opt"] == ["no-new-privileges:true"], name
        assert one["restart"] == ("no" if name == "setup" else "always"), name
        checked = one.get("healthcheck", {"test": None})
        assert ("test" in checked) == (name in ("web", "events")), name
        assert set(one["environment"]) <= OURS, name
        for port in one.get("ports", []):
            assert port.startswith("127.0.0.1:"), "TLS ends before it"


def test_the_store_runs_as_nobody_special_although_a_shell_starts_it() -> None:
    """The image's entrypoint leaves root for the bare server only: a shell before it would stay root."""
    valkey = composed()["services"]["valkey"]
    assert valkey["command"][0] == "sh"
    assert re.fullmatch("[1-9][0-9]*:[1-9][0-9]*", valkey["user"])
    assert valkey["cap_drop"] == ["ALL"]


def test_what_compose_refers_to_exists() -> None:
    whole = composed()
    assert set(whole) - {"x-process", "x-alone"} == {"name", "services", "volumes"}
    for name, one in whole["services"].items():
        for volume in one.get("volumes", []):
            source = volume.partition(":")[0]
            assert source in whole["volumes"] or (ROOT / source).is_file(), name
        for other, how in one.get("depends_on", {}).items():
            assert other in whole["services"], name
            healthy_one = "healthcheck" in whole["services"][other]
            assert how["condition"] != "service_healthy" or healthy_one, f"{name} waits for ever"
    named = set(re.findall(r"\$\{(\w+)", (ROOT / "compose.yaml").read_text()))
    assert named == {"POSTGRES_PASSWORD", "VALKEY_PASSWORD"}


def dockerfile() -> list[str]:
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_the_image_runs_as_nobody_special_and_installs_only_what_is_hashed() -> None:
    said = dockerfile()
    last = said[max(n for n, line in enumerate(said) if line.startswith("FROM")) :]
    assert [line for line in last if line.startswith("USER")] == ["USER 10001:10001"]
    [install] = [line for line in said if "pip install" in line]
    assert "--require-hashes" in install
    assert "-r requirements.txt" in install
    assert all("slim" in line for line in said if line.startswith("FROM"))
    [check] = [line for line in said if line.startswith("HEALTHCHECK")]
    assert '["python", "-m", "operations.healthy", "web"]' in check
    [command] = [line for line in last if line.startswith("CMD")]
    assert tuple(yaml.safe_load(command.removeprefix("CMD "))[1:]) in commands()
    setting = [line.split("ENV ")[1] for line in said if line.startswith("ENV")]
    assert {word.partition("=")[0] for line in setting for word in line.split()} <= OURS | OTHERS


def test_what_the_image_needs_goes_in_and_nothing_of_the_citys_own() -> None:
    rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]

    def goes_in(path: str) -> bool:
        kept = True
        for rule in rules:
            pattern, wanted = rule.removeprefix("!"), rule.startswith("!")
            if pattern == "**" or fnmatch(path, pattern.replace("**/", "*")) or path.startswith(f"{pattern}/"):
                kept = wanted
        return kept

    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    rooms = {"adapters", "callbacks", "console", "desks", "ivr", "migrations", "operations", "queue_workers"}
    needed = [name for name in tracked if name.split("/")[0] in rooms | {"recordings", "routing_rules"}]
    assert [name for name in needed if not goes_in(name)] == []
    assert all(map(goes_in, ("wsgi.py", "bootstrap.py", "alembic.ini", "requirements.txt", "package-lock.json")))
    kept_out = (".env", "var/data/service.db", ".git/config", "tests/conftest.py", "var/backups/a.zip", "console/.env")
    assert [name for name in (*kept_out, "emulator/__main__.py", "adapters/__pycache__/a.pyc") if goes_in(name)] == []
