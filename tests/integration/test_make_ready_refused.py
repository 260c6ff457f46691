"""A server that answers and refuses for good: the setup that waits for a server ends at once, and says why."""

import os
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from adapters.settings import Settings
from operations import make_ready
from tests.support.postgres import fresh_database
from tests.unit.test_settings import GOOD


def of_a_missing_database() -> str:
    return make_url(fresh_database()).set(database="nowhere").render_as_string(hide_password=False)


def of_one_who_may_not() -> str:
    """No right to make tables."""
    url, role = make_url(fresh_database()), f"reader_{os.getpid()}"
    with psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'hidden'").format(sql.Identifier(role)))
        connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    return url.set(username=role, password="hidden").render_as_string(hide_password=False)


def nobody_waits(_seconds: float) -> None:
    pytest.fail("it is waited for what a person must mend")


@pytest.mark.parametrize(
    ("url_of", "words"),
    [
        (of_a_missing_database, 'OperationalError: database "nowhere" does not exist'),
        (of_one_who_may_not, "ProgrammingError, 42501: permission denied for schema public"),
    ],
)
def test_the_patient_setup_ends_with_the_servers_own_words(
    url_of: Callable[[], str],
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in {**GOOD, "DATA_DIR": str(tmp_path), "DATABASE_URL": url_of()}.items():
        monkeypatch.setenv(name, value)
    assert make_ready.main(["--patient"], pause=nobody_waits) == 2
    said = capsys.readouterr().err
    assert words in said
    assert "hidden" not in said
