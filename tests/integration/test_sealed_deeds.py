"""The log of deeds is sealed: what is changed, taken out or slipped in afterwards shows, and forgetting does not."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, update

from adapters.places import ROOT
from adapters.schema import audit_event, audit_seal
from desks.supervision import audit, seal_store
from desks.supervision.sealing import LATEST_SECONDS, Sealer, Verdict, mark_of, seal_of, verify
from tests.support.services import SETTINGS, Town, empty_record


@pytest.fixture(params=["sqlite", "postgres"])
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    made = Town.over(empty_record(request.param, tmp_path))
    yield made
    made.services.database.dispose()


def deeds(town: Town, *details: str | None) -> None:
    for detail in details:
        town.within(lambda tx, d=detail: audit.note(tx, town.clock, "sirpa", "closed", "request", "r1", "housing", d))
        town.clock.pass_(seconds=1)


def judged(town: Town, known: tuple[int, str] | None = None, later: float = 0.0) -> Verdict:
    with town.services.database.read() as connection:
        return verify(connection, town.clock.machine() + later, known)


def sealed(town: Town, *details: str | None) -> Sealer:
    sealer = Sealer()
    deeds(town, *details)
    sealer.step(town.services)
    return sealer


def ids(town: Town) -> list[int]:
    return [int(row["id"]) for row in sorted(town.every(audit_event), key=lambda row: int(row["id"]))]


def test_every_deed_gets_one_seal_and_the_log_is_whole(town: Town) -> None:
    sealer = sealed(town, "Asukas pyysi", None, "Työ tehty")
    assert sealer.step(town.services) == 0
    deeds(town, "vielä")
    assert sealer.step(town.services) == 1
    verdict = judged(town)
    assert (verdict.sealed, verdict.forgotten, verdict.problems) == (4, 0, ())
    assert verdict.head[0] == 4


@pytest.mark.parametrize("column", ["who", "deed", "subject", "subject_id", "department", "detail", "at", "machine"])
def test_a_deed_that_is_changed_shows(town: Town, column: str) -> None:
    sealed(town, "yksi", "kaksi", "kolme")
    second = ids(town)[1]
    other = {"at": town.clock.now(), "machine": 5.0}.get(column, "muu")
    town.within(
        lambda tx: tx.connection.execute(
            update(audit_event).where(audit_event.c.id == second).values({column: other})
        )
    )  # fmt: skip
    assert str(second) in judged(town).problems[0]


def test_a_deed_that_is_taken_out_with_its_seal_shows(town: Town) -> None:
    sealed(town, "yksi", "kaksi", "kolme")
    second = ids(town)[1]
    town.within(lambda tx: tx.connection.execute(delete(audit_seal).where(audit_seal.c.event_id == second)))
    town.within(lambda tx: tx.connection.execute(delete(audit_event).where(audit_event.c.id == second)))
    assert "Seal 2 is missing." in judged(town).problems


def test_the_newest_taken_out_shows_by_what_the_process_log_told(town: Town) -> None:
    sealed(town, "yksi", "kaksi", "kolme")
    known = judged(town).head
    third = ids(town)[2]
    town.within(lambda tx: tx.connection.execute(delete(audit_seal).where(audit_seal.c.event_id == third)))
    town.within(lambda tx: tx.connection.execute(delete(audit_event).where(audit_event.c.id == third)))
    assert judged(town).whole, "nothing inside the record can tell"
    assert "not the one that was told" in judged(town, known).problems[0]


def test_a_log_that_is_sealed_anew_after_a_change_shows_by_what_was_told(town: Town) -> None:
    sealed(town, "yksi", "kaksi")
    known = judged(town).head
    town.within(lambda tx: tx.connection.execute(delete(audit_seal)))
    town.within(lambda tx: tx.connection.execute(update(audit_event).values(who="seppo")))
    Sealer().step(town.services)
    assert judged(town).whole
    assert not judged(town, known).whole


def test_a_deed_that_is_slipped_in_without_a_seal_shows(town: Town) -> None:
    sealed(town, "yksi")
    deeds(town, "ujutettu")
    assert judged(town).whole, "it may just have been done"
    assert "has no seal" in judged(town, later=LATEST_SECONDS + 1).problems[0]


def slipped_in(town: Town, **changes: object) -> None:
    """Where a number is free between two deeds: an undone transaction leaves such a gap."""
    first = ids(town)[0]
    row = {**town.one(audit_event, id=first), "who": "seppo", **changes}
    town.within(lambda tx: tx.connection.execute(insert(audit_event).values({"id": first - 1, **row})))


@pytest.mark.parametrize("lied", ["", "machine"])
def test_a_deed_that_is_slipped_in_between_shows_though_the_clock_gives_it_a_seal(town: Town, lied: str) -> None:
    """Even where it lies about one of its two times: the machine's, or the date that people read."""
    sealer = sealed(town, "yksi", "kaksi")
    town.clock.pass_(seconds=LATEST_SECONDS + 60)
    deeds(town, "kolme")
    sealer.step(town.services)
    before = ids(town)[0] - 1
    slipped_in(town, id=before, **({"machine": town.clock.machine()} if lied else {}))
    assert sealer.step(town.services) == 1, "the clock cannot tell it from one that was committed late"
    assert [str(before) in one and "slipped in" in one for one in judged(town).problems] == [True]


def test_dates_may_go_back_where_business_time_is_set(town: Town) -> None:
    sealed(town, "yksi")
    slipped_in(town, id=ids(town)[0] + 1, at=town.clock.now() - timedelta(days=3))
    Sealer().step(town.services)
    with town.services.database.read() as connection:
        assert verify(connection, town.clock.machine(), by_date=False).whole
        assert not verify(connection, town.clock.machine()).whole


@pytest.mark.parametrize("machine", [5.0, 9e12])
def test_a_deed_that_is_slipped_in_so_far_back_that_nobody_seals_it_shows(
    town: Town, machine: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealer = sealed(town, "yksi", "kaksi", "kolme")
    monkeypatch.setattr(seal_store, "STRAGGLERS", 2)
    before = ids(town)[0] - 1
    slipped_in(town, id=before, machine=machine)
    assert sealer.step(town.services) == 0
    assert judged(town).problems == (f"Deed {before} has no seal.",)


def test_a_clock_process_that_stood_still_for_an_hour_is_no_tampering(town: Town) -> None:
    sealer = sealed(town, "yksi")
    for _ in range(3):
        town.clock.pass_(minutes=20)
        deeds(town, "kesken")
    assert sealer.step(town.services) == 3
    assert judged(town).problems == ()


def test_words_that_were_forgotten_in_their_time_break_nothing_and_cannot_be_guessed(town: Town) -> None:
    sealer = sealed(town, "Asukkaan oma syy", "kaksi")
    first = ids(town)[0]
    town.within(
        lambda tx: tx.connection.execute(update(audit_event).where(audit_event.c.id == first).values(detail=None))
    )
    sealer.step(town.services)
    sealer.step(town.services)
    verdict = judged(town)
    assert (verdict.problems, verdict.forgotten) == ((), 1)
    assert town.one(audit_seal, event_id=first)["salt"] is None
    assert town.one(audit_seal, number=2)["salt"] is not None


def test_words_put_back_into_a_forgotten_deed_show(town: Town) -> None:
    sealer = sealed(town, "yksi")
    town.within(lambda tx: tx.connection.execute(update(audit_event).values(detail=None)))
    sealer.step(town.services)
    town.within(lambda tx: tx.connection.execute(update(audit_event).values(detail="toinen")))
    assert "words" in judged(town).problems[0]


def test_two_clock_processes_at_once_seal_each_deed_once(town: Town) -> None:
    deeds(town, *map(str, range(20)))
    barrier = threading.Barrier(2)

    def seals() -> None:
        barrier.wait()
        Sealer().step(town.services)

    threads = [threading.Thread(target=seals) for _ in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert judged(town).problems == ()
    assert len(town.every(audit_seal)) == 20


def test_a_deed_that_is_committed_late_is_sealed_after_those_that_were_quicker(town: Town) -> None:
    """Numbers are given before the commit: a lower one may come later."""
    sealed(town, "yksi", "kaksi")
    first = ids(town)[0]
    row = town.one(audit_event, id=first)
    town.within(lambda tx: tx.connection.execute(insert(audit_event).values({**row, "id": first - 1})))
    assert Sealer().step(town.services) == 1
    assert judged(town).problems == ()


def test_the_command_tells_whether_the_log_is_whole(tmp_path: Path) -> None:
    town = Town.over(url := empty_record("sqlite", tmp_path))
    sealed(town, "yksi", "kaksi")
    environment = {**SETTINGS, "DATABASE_URL": url, "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-m", "operations.deeds_command", "--root", str(tmp_path)]
    well = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (well.returncode, "The log is whole." in well.stdout) == (0, True)
    town.within(lambda tx: tx.connection.execute(update(audit_event).values(who="seppo")))
    told = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (told.returncode, "TAMPERED" in told.stdout) == (1, True)
    town.services.database.dispose()


def test_a_seal_says_nothing_of_the_words_without_the_salt(town: Town) -> None:
    sealed(town, "Asukkaan syy")
    row = town.one(audit_seal)
    assert row["words"] == mark_of("Asukkaan syy", row["salt"])
    assert row["words"] != mark_of("Asukkaan syy", "")
    with town.services.database.read() as connection:
        found = next(seal_store.sealed_deeds(connection))
        deed = connection.execute(select(audit_event)).mappings().one()
    assert row["seal"] == seal_of("", 1, found.event_id, deed, row["words"])
