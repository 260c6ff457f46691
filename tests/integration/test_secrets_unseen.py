"""No secret is an argument: everybody who may list the processes of a machine reads those."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import redis
import yaml

from adapters.places import ROOT
from operations.move_command import holds_password, main
from operations.specs import store_server
from operations.valkey import rules
from tests.rig.ports import free_ports
from tests.rig.waiting import until
from tests.support.command_lines import holding, secrets_of, shown

RULES = "deploy/valkey/service.acl"
PASSWORD = "Pine73Cone"  # letters and digits, as compose.yaml asks for
SECRETIVE = "postgresql+psycopg://city:" + PASSWORD + "@127.0.0.1:9/city"


@pytest.mark.parametrize(
    ("address", "holds"),
    [
        (SECRETIVE, True),
        ("postgresql+psycopg://city:Pine73Cone@10.0.0.1:5432,10.0.0.2:5433/city", True),
        ("postgresql+psycopg://city@host/city?password=Pine73Cone", True),
        ("postgresql+psycopg://city@host/city?sslkey=/etc/key&sslPassword=Pine73Cone", True),
        ("postgresql+psycopg://city@10.0.0.1:5432,10.0.0.2:5433/city", False),
        ("postgresql+psycopg://city:@/city?host=/run/postgresql", False),
        ("postgresql+psycopg:///city?host=/run/postgresql&passfile=/etc/pass", False),
        ("-", False),
    ],
)
def test_a_password_in_an_address_is_seen(address: str, holds: bool) -> None:
    assert holds_password(address) == holds


def test_a_move_takes_no_password_as_an_argument(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "service.db").write_bytes(b"")
    assert main(["--to", SECRETIVE, "--root", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert "--to -" in said
    assert "Not moved: the old record goes on." in said
    assert PASSWORD not in said


def test_a_move_reads_it_from_standard_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Which record is moved matters nothing here: the address was taken, and nobody is there."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/none.db")
    monkeypatch.setattr(sys, "stdin", io.StringIO(SECRETIVE + "\n"))
    assert main(["--to", "-", "--root", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert "standard input" not in said
    assert PASSWORD not in said


# --- the store of compose.yaml -----------------------------------------------------------------------------------


def script(*more: str) -> list[str]:
    """As the container runs it; ``$$`` is how compose.yaml writes a dollar."""
    composed: Any = yaml.safe_load((ROOT / "compose.yaml").read_text())
    shell, flag, text = composed["services"]["valkey"]["command"]
    assert "exec valkey-server -" in text
    return [shell, flag, text.replace("$$", "$").replace("valkey-server -", " ".join(["valkey-server -", *more]))]


def environment(programs: Path) -> dict[str, str]:
    """Of the container; its file of rules is mounted from ours."""
    composed: Any = yaml.safe_load((ROOT / "compose.yaml").read_text())
    valkey = composed["services"]["valkey"]
    assert f"./{RULES}:{valkey['environment']['RULES']}:ro" in valkey["volumes"]
    path = f"{programs}:{os.environ['PATH']}"
    return {"PATH": path, "VALKEY_PASSWORD": PASSWORD, "RULES": str(ROOT / RULES)}


def test_the_store_is_given_its_password_without_an_argument(tmp_path: Path) -> None:
    """A stand-in tells what it was given: the store itself hides its arguments a moment after its start."""
    stand_in = tmp_path / "valkey-server"
    stand_in.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/arguments\ncat > {tmp_path}/read\n')
    stand_in.chmod(0o755)
    given = environment(tmp_path)
    command = script()
    assert PASSWORD not in " ".join(command)
    subprocess.run(command, env=given, check=True, timeout=30)
    assert PASSWORD not in (tmp_path / "arguments").read_text()
    nobody, service = (tmp_path / "read").read_text().splitlines()
    assert nobody == "user default reset"
    assert service == " ".join([f'user one-number on ">{PASSWORD}"', *rules(ROOT / RULES)])


def test_the_store_does_not_start_without_the_rules_of_what_the_service_may_do(tmp_path: Path) -> None:
    stand_in = tmp_path / "valkey-server"
    stand_in.write_text(f"#!/bin/sh\ntouch {tmp_path}/started\n")
    stand_in.chmod(0o755)
    done = subprocess.run(script(), env={**environment(tmp_path), "RULES": "/none"}, check=False, timeout=30)
    assert done.returncode
    assert not (tmp_path / "started").exists()


def address() -> str:
    """Of the store, as compose.yaml tells the service."""
    composed: Any = yaml.safe_load((ROOT / "compose.yaml").read_text())
    named = str(composed["x-process"]["environment"]["REDIS_URL"])
    return named.replace("${VALKEY_PASSWORD:?set it in .env}", PASSWORD)


@contextmanager
def store(directory: Path, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    (directory / "valkey-server").symlink_to(store_server())
    operator = ("--user", "operator", "on", "nopass", "'~*'", "+@all")  # the container has none
    command = script("--port", str(port), "--bind", "127.0.0.1", "--dir", str(directory), *operator)
    process = subprocess.Popen(command, env=environment(directory), stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


def test_the_store_lets_in_whoever_knows_it_and_keeps_what_it_is_told(tmp_path: Path) -> None:
    [port] = free_ports(1)
    with store(tmp_path, port) as process:
        known = redis.Redis.from_url(address().replace("valkey:6379", f"127.0.0.1:{port}"))

        def answers() -> bool:
            with suppress(redis.ConnectionError):
                return bool(known.ping())
            return False

        until(answers, 30, lambda: f"it does not answer, {process.poll()}")
        assert holding([PASSWORD]) == []
        settings = {"appendonly": "yes", "appendfsync": "everysec", "save": "", "maxmemory-policy": "noeviction"}
        operator = redis.Redis(port=port, username="operator", password="")
        assert {name: operator.config_get(name)[name] for name in settings} == settings
        default: Any = operator.acl_getuser("default")
        assert not default["enabled"]
        assert "nopass" not in default["flags"], "a store whose user has no password hears nobody in another container"
        for name, word in ((None, None), (None, PASSWORD), ("one-number", "x")):
            with pytest.raises(redis.AuthenticationError):
                redis.Redis(port=port, username=name, password=word).ping()
        with pytest.raises(redis.exceptions.NoPermissionError):
            known.config_get("*")
    assert process.returncode == 0, "a stop reaches the store itself"


def test_a_secret_among_arguments_would_be_seen() -> None:
    """The look that the running city is given (test_run.py) is no blind one."""
    given = {**os.environ, "SECRET_KEY": "k" * 9 + "of-this-test", "REDIS_URL": f"redis://:{PASSWORD}x@host/0"}
    waits = [sys.executable, "-c", "input()", "k" * 9 + "of-this-test"]
    with subprocess.Popen(waits, env=given, stdin=subprocess.PIPE) as process:
        both = {given["SECRET_KEY"], f"{PASSWORD}x"}
        until(lambda: both <= secrets_of([process.pid]), 10, lambda: "its environment is not read")
        [line] = shown([process.pid])
        assert line.startswith(sys.executable)
