"""``make move``: a running city from SQLite to PostgreSQL. Wherever it is ended, one of the two goes on whole."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from dotenv import dotenv_values
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from adapters.database import Database
from adapters.fault_points import MOVE_POINTS
from adapters.migrate import upgrade
from adapters.moved import followed, noticing
from adapters.places import ROOT
from adapters.settings import load_settings
from adapters.store_places import one_form
from bootstrap import build_services
from ivr.fallback import PLACE
from operations import move_store, record_store
from operations.move import CannotMove, move
from operations.move_command import main
from operations.move_store import mark_half_moved
from operations.setup import Refused, prepare
from tests.rig.hold import Hold
from tests.rig.ports import free_ports
from tests.support.backed_up import going_on, marks, settings_of, silent
from tests.support.cable import Cable
from tests.support.happenings import Happenings
from tests.support.lived import lived, place
from tests.support.postgres import fresh_database
from tests.support.services import SETTINGS


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A city that has been lived in, as one file."""
    given = place("sqlite", tmp_path_factory.mktemp("template"))
    lived(given).services.database.dispose()
    file = record_store.file_of(given["DATABASE_URL"])
    assert file is not None
    return file.read_bytes()


@pytest.fixture
def source(template: bytes, tmp_path: Path) -> str:
    (tmp_path / "service.db").write_bytes(template)
    return f"sqlite:///{tmp_path}/service.db"


@pytest.fixture
def town(source: str, tmp_path: Path) -> Iterator[Happenings]:
    one = going_on(settings_of({"DATABASE_URL": source, "DATA_DIR": str(tmp_path)}))
    yield one
    one.services.database.dispose()


def test_every_row_is_there_and_the_old_record_answers_nobody_any_more(source: str, town: Happenings) -> None:
    before, target = marks(source), fresh_database()
    moved = move(source, target, silent)
    assert marks(target) == before
    assert (moved.rows, moved.tables) == (sum(rows for rows, _ in before.values()), len(before))
    assert followed(source) == target
    ended: list[str] = []
    with pytest.raises(SQLAlchemyError, match="was moved"), noticing(source, lambda: ended.append("ended")):
        town.services.database.engine.connect().execute(text("SELECT 1 FROM callback_request"))
    assert ended == ["ended"], "a process that goes on with the old record would promise what nobody keeps"


def test_whoever_starts_with_the_old_address_is_led_to_the_new_one(source: str, tmp_path: Path) -> None:
    target = fresh_database()
    move(source, target, silent)
    settings = load_settings({**SETTINGS, "DATABASE_URL": source, "DATA_DIR": str(tmp_path)})
    assert settings.database_url == target
    town = Happenings.over(settings.database_url)
    assert town.request("parking"), "the next number of a counter is free"
    town.services.database.dispose()
    assert move(source, target, silent).before, "a second run has nothing to do"


def test_a_process_that_meets_the_closed_record_ends(source: str) -> None:
    """Really: the one that watches it starts it again."""
    move(source, fresh_database(), silent)
    script = (
        "from sqlalchemy import text; from adapters.database import Database; import signal\n"
        f"d = Database({source!r})\n"
        "try:\n    with d.read() as c: c.execute(text('SELECT 1 FROM agent'))\n"
        "except Exception: signal.pause()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, timeout=60, check=False)
    assert done.returncode == -signal.SIGTERM


def test_writers_wait_and_what_they_wrote_before_is_moved(source: str, town: Happenings) -> None:
    made = town.request("parking")
    refused: list[str] = []

    def write_meanwhile(_said: str) -> None:
        if not refused:
            hurried = Database(source, deadline=0.1)
            with pytest.raises(SQLAlchemyError), hurried.write() as tx:
                tx.connection.execute(text("DELETE FROM callback_event"))
            refused.append("waited in vain")
            hurried.dispose()

    target = fresh_database()
    move(source, target, write_meanwhile)
    assert refused
    found = Happenings.over(target)
    assert found.promise(made)["state"] == "requested"
    found.services.database.dispose()


@pytest.mark.parametrize("point", MOVE_POINTS)
def test_killed_at_any_point_one_of_the_two_goes_on_whole(point: str, source: str, tmp_path: Path) -> None:
    """SIGKILL: before the switch nothing has happened to the old record, and a second run does it all."""
    before, target, hold = marks(source), fresh_database(), Hold(tmp_path / "fault.json")
    hold.arm(point)
    command = [sys.executable, "-m", "operations.move_command", "--to", target, "--root", str(tmp_path)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment(source, tmp_path), stdout=subprocess.DEVNULL)
    try:
        os.kill(hold.reached().pid, signal.SIGKILL)
    finally:
        assert process.wait(60) == -signal.SIGKILL
    gone = point == "move_closed"
    assert followed(source) == (target if gone else source)
    assert marks(target if gone else source).items() >= before.items()
    if not gone:
        upgrade(source)
        town = Happenings.over(source)
        assert town.request("parking"), "the old record goes on"
        town.services.database.dispose()
        before = marks(source)
    hold.clear()
    move(source, target, silent)
    assert marks(target) == before, "nothing of the first try is left"


def test_a_service_does_not_start_with_a_record_that_is_half_moved(source: str, tmp_path: Path) -> None:
    target = fresh_database()
    with record_store.all_or_nothing(target) as there:
        mark_half_moved(there, source)
        there.commit()
    with pytest.raises(Refused, match="half moved"):
        prepare(settings_of({"DATABASE_URL": target, "DATA_DIR": str(tmp_path)}), False, silent)


def test_where_the_old_file_was_destroyed_nobody_serves_from_an_empty_one(source: str, tmp_path: Path) -> None:
    """Processes that are started anew by the old address meet no record, as when it is away; a new start says why."""
    settings = settings_of({"DATABASE_URL": source, "DATA_DIR": str(tmp_path)})
    prepare(settings, False, silent)
    file = record_store.file_of(source)
    assert file is not None
    for each in tmp_path.glob(f"{file.name}*"):
        each.unlink()
    services = build_services(settings)
    with pytest.raises(SQLAlchemyError), services.database.read() as connection:
        connection.execute(text("SELECT 1"))
    assert not file.exists()
    for emptied in (False, True):
        if emptied:
            file.touch()
        with pytest.raises(Refused, match="there was one here"):
            prepare(settings, False, silent)
    (tmp_path / PLACE).unlink()
    prepare(settings, False, silent)
    services.database.dispose()


def test_what_breaks_after_the_switch_is_not_told_as_if_nothing_had_moved(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    target = fresh_database()

    def breaks(_connection: Connection) -> None:
        raise OperationalError("DROP TABLE", None, Exception("gone away"))

    env = env_file(source, tmp_path, monkeypatch)
    with monkeypatch.context() as broken:
        broken.setattr(move_store, "whole_now", breaks)
        assert main(["--to", target, "--root", str(tmp_path)]) == 1
    told = capsys.readouterr()
    assert "Not moved" not in told.err
    assert "again" in told.err
    with pytest.raises(Refused, match="half moved"):
        prepare(settings_of({"DATABASE_URL": target, "DATA_DIR": str(tmp_path)}), False, silent)
    assert dotenv_values(env)["DATABASE_URL"] == source, "a second run would find nothing to move from"
    assert main(["--to", target, "--root", str(tmp_path)]) == 0
    assert dotenv_values(env)["DATABASE_URL"] == target
    prepare(settings_of({"DATABASE_URL": target, "DATA_DIR": str(tmp_path)}), False, silent)


def test_an_address_with_several_hosts_is_moved_to(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment(source, tmp_path).items():
        monkeypatch.setenv(name, value)
    target, [nobody] = make_url(fresh_database()), free_ports(1)
    cable = Cable()
    several = f"postgresql+psycopg://{target.username}@127.0.0.1:{nobody},127.0.0.1:{cable.port}/{target.database}"
    assert main(["--to", several, "--root", str(tmp_path)]) == 0
    assert main(["--to", several, "--root", str(tmp_path)]) == 0, "known again"
    assert followed(source) == one_form(several)
    cable.close()


def environment(source: str, tmp_path: Path) -> dict[str, str]:
    known = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    own = {"DATABASE_URL": source, "DATA_DIR": str(tmp_path), "FAULT_FILE": str(tmp_path / "fault.json")}
    return {**known, **SETTINGS, **own}


def env_file(source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings stand in .env and nowhere else, as in most installations."""
    for name in ("DATABASE_URL", "DATA_DIR", *SETTINGS):
        monkeypatch.delenv(name, raising=False)
    lines = [f"{name}={value}" for name, value in {**SETTINGS, "DATA_DIR": str(tmp_path)}.items()]
    env = tmp_path / ".env"
    env.write_text("\n".join(["# ours", f"DATABASE_URL={source}", *lines]) + "\n")
    env.chmod(0o600)
    return env


def test_the_setting_is_switched_in_the_file_and_everything_else_there_stays(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    env = env_file(source, tmp_path, monkeypatch)
    before, target = env.read_text(), fresh_database()
    assert main(["--to", target, "--root", str(tmp_path)]) == 0
    assert env.read_text() == before.replace(f"DATABASE_URL={source}", f"DATABASE_URL={target}") != before
    assert env.stat().st_mode & 0o077 == 0
    assert "counted and compared" in capsys.readouterr().out


def test_what_cannot_be_moved_is_told_and_the_old_record_goes_on(source: str, tmp_path: Path) -> None:
    before, full = marks(source), fresh_database()
    upgrade(full)
    other = Happenings.over(full)
    other.agent("somebody")
    other.services.database.dispose()
    for target, words in ((full, "not empty"), (f"sqlite:///{tmp_path}/new.db", "only")):
        with pytest.raises(CannotMove, match=words):
            move(source, target, silent)
    with pytest.raises(CannotMove, match="no record"):
        move(f"sqlite:///{tmp_path}/none.db", full, silent)
    too_long = Database(source)
    with too_long.write() as tx:
        tx.connection.execute(text("UPDATE agent SET telephone = :long"), {"long": "+358" + "4" * 40})
    too_long.dispose()
    before = marks(source)
    with pytest.raises(record_store.RowsRefused, match="table agent: value too long"):
        move(source, fresh_database(), silent)
    assert (marks(source), followed(source)) == (before, source)
