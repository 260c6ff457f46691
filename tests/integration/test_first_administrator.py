"""The first administrator, made by hand: once, never in a trial, and let in again when the password is lost."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from adapters.database import Database
from adapters.schema import agent, audit_event, session
from console.first_administrator import main
from console.signing_in.passwords import Argon2Passwords

GOOD = "lumme nousee rannasta"
ONCE = re.compile(r"one-time password ([a-z2-9-]{19})")
OONA = ["--sign-in", "Oona@City.example", "--name", "Oona  Oinonen"]


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty database that has not even been migrated."""
    made = f"sqlite:///{tmp_path}/service.db"
    environment = {
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "0123456789abcdef0123456789abcdef",
        "CITY_NUMBER": "+358175550100",
        "PUBLIC_BASE_URL": "https://number.city.example",
        "SECRET_KEY": "by-hand-0123456789abcdefghijklmnop",
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": made,
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return made


def typed(*answers: str) -> Callable[[str], str]:
    left = list(answers)
    return lambda prompt: left.pop(0)


def rows(url: str, table: Any) -> list[Any]:
    database = Database(url)
    with database.read() as connection:
        found = list(connection.execute(select(table)))
    database.dispose()
    return found


def put(url: str, statement: Any) -> None:
    database = Database(url)
    with database.write() as tx:
        tx.connection.execute(statement)
    database.dispose()


def run(*arguments: str, ask: Callable[[str], str] | None = None) -> int:
    return main([*arguments, "--root", "/nowhere"], ask or typed())


def test_it_asks_for_the_password_twice_and_makes_the_account(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*OONA, ask=typed(GOOD, GOOD)) == 0
    (made,) = rows(url, agent)
    assert (made.sign_in, made.name, made.role) == ("oona@city.example", "Oona Oinonen", "administrator")
    assert (made.active, made.demo, made.must_change_password) == (True, False, False)
    assert Argon2Passwords().fits(made.password_hash, GOOD)
    assert [(row.who, row.deed) for row in rows(url, audit_event)] == [("command line", "administrator_made")]
    told = capsys.readouterr().out
    assert "https://number.city.example/console/" in told
    assert GOOD not in told


def test_a_generated_password_is_shown_and_must_be_changed(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*OONA, "--generate") == 0
    (made,) = rows(url, agent)
    found = ONCE.search(capsys.readouterr().out)
    assert found
    assert made.must_change_password
    assert Argon2Passwords().fits(made.password_hash, found[1])


@pytest.mark.parametrize(
    ("arguments", "answers", "words"),
    [
        (["--name", "Oona Oinonen"], (), "--sign-in"),
        (["--sign-in", "oona"], (), "--name"),
        (["--sign-in", "o o", "--name", "Oona"], (), "--sign-in"),
        (OONA, ("short",), "shorter than 12"),
        (OONA, ("Kuopionkaupunki1",), "would guess"),
        (OONA, (GOOD, GOOD + "x"), "not the same"),
        (["--reset", "oona"], (), "no administrator"),
    ],
)
def test_what_cannot_be_is_told_in_one_sentence(
    url: str, capsys: pytest.CaptureFixture[str], arguments: list[str], answers: tuple[str, ...], words: str
) -> None:
    assert run(*arguments, ask=typed(*answers)) == 2
    said = capsys.readouterr().err
    assert words in said
    assert len(said.splitlines()) == 1
    assert rows(url, agent) == []


def test_there_is_one_first_administrator(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*OONA, "--generate") == 0
    assert run("--sign-in", "second", "--name", "Second One", "--generate") == 2
    assert "already" in capsys.readouterr().err
    assert len(rows(url, agent)) == 1


def test_the_trial_is_refused_kindly(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*OONA, "--generate") == 0
    put(url, update(agent).values(demo=True, role="agent"))
    assert run("--sign-in", "second", "--name", "Second One", "--generate") == 2
    assert run("--reset", "oona@city.example") == 2
    assert "make run" in capsys.readouterr().err
    assert len(rows(url, agent)) == 1


def test_a_lost_password_is_reset_and_open_sessions_end(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*OONA, ask=typed(GOOD, GOOD)) == 0
    (made,) = rows(url, agent)
    put(url, insert(session).values(token_hash="x", agent_id=made.id, created_machine=1.0, seen_machine=1.0))
    capsys.readouterr()
    assert run("--reset", "OONA@city.example") == 0
    found = ONCE.search(capsys.readouterr().out)
    assert found
    (fresh,) = rows(url, agent)
    assert fresh.must_change_password
    assert not Argon2Passwords().fits(fresh.password_hash, GOOD)
    assert Argon2Passwords().fits(fresh.password_hash, found[1])
    assert rows(url, session) == []
    assert json.loads(fresh.departments) == []


def test_an_agent_is_not_let_in_by_this_door(url: str) -> None:
    assert run(*OONA, "--generate") == 0
    put(url, update(agent).values(role="agent"))
    assert run("--reset", "oona@city.example") == 2
