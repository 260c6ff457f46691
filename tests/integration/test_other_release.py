"""A record that another release has changed: a sentence that says what to do, whoever starts."""

from pathlib import Path

import pytest

from adapters import migrate
from adapters.database import Database
from adapters.settings import Settings, load_settings
from console import first_administrator
from operations.setup import Refused, prepare
from tests.unit.test_settings import GOOD

SENTENCE = "The record of DATABASE_URL is at revision 9999, which this release does not know: start the release that"


@pytest.fixture
def newer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    settings = load_settings(GOOD | {"DATA_DIR": str(tmp_path)})
    migrate.upgrade(settings.database_url)
    database = Database(settings.database_url)
    with database.write() as tx:
        tx.connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.dispose()
    for name, value in {**GOOD, "DATA_DIR": str(tmp_path), "DATABASE_URL": settings.database_url}.items():
        monkeypatch.setenv(name, value)
    return settings


def test_the_service_does_not_start_and_says_why(newer: Settings) -> None:
    with pytest.raises(Refused, match=SENTENCE):
        prepare(newer, False, lambda _: None)


def test_commands_say_so_in_one_line(newer: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert migrate.main(["up"]) == 2
    assert first_administrator.main(["--root", str(tmp_path), "--sign-in", "anna", "--name", "Anna Aalto"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert all(line.startswith(SENTENCE) for line in lines)
