"""The night's look: begun once a night, kept, told on the board, texted only where something is new; and its sample of
real calls in a record of their own."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.schema import call, route_decision, supervisor_item, text_message, watch_run
from adapters.settings import load_settings
from operations import watch_calls, watch_keeping, watch_store, watchdog
from operations.watch_store import Run
from queue_workers.night_watch import MOST_SECONDS, NightWatch, due_day
from routing_rules.model import RoutingRule, When
from routing_rules.watching.model import Seen
from tests.support.clock import TUESDAY
from tests.support.services import SETTINGS, Town, sample_rules, words

NIGHT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)  # four in Helsinki
SEEN = (Seen("unspoken", "housing.sv", None, (("language", "sv"), ("topic", "housing"))),)
NAME = {"fi": "x", "sv": "x", "en": "x"}


def ended(day: str, seen: tuple[Seen, ...]) -> Run:
    return Run(day, 1, NIGHT, NIGHT + timedelta(minutes=1), 20_000, 200, seen)


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (NIGHT, "2026-11-24"),
        (NIGHT - timedelta(hours=2), None),
        (NIGHT + timedelta(hours=3), None),
        (datetime(2027, 3, 28, 1, 30, tzinfo=UTC), "2027-03-28"),  # 04.30: three o'clock is left out
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "2026-10-25"),  # half past three for the second time
    ],
)
def test_it_is_due_in_the_quietest_hours_of_the_local_night(now: datetime, day: str | None) -> None:
    assert due_day(now, "Europe/Helsinki") == day


def test_two_clocks_begin_it_once_a_night(town: Town) -> None:
    begun: list[str] = []
    first, second = NightWatch(begun.append), NightWatch(begun.append)
    town.clock.business = NIGHT
    for clock in (first, second, first):
        clock.begin_due(town.services)
    assert begun == ["2026-11-24"]
    town.clock.pass_(minutes=24 * 60)
    second.begin_due(town.services)
    assert begun == ["2026-11-24", "2026-11-25"]


def test_one_that_never_ended_is_begun_again_and_one_that_ended_is_not(town: Town) -> None:
    begun: list[str] = []
    clock = NightWatch(begun.append)
    town.clock.business = NIGHT
    clock.begin_due(town.services)
    town.clock.pass_(minutes=31)
    clock.begin_due(town.services)
    assert len(begun) == 2
    watch_keeping.keep(town.services, ended("2026-11-24", ()))
    town.clock.pass_(minutes=31)
    clock.begin_due(town.services)
    assert (len(begun), len(town.every(watch_run))) == (2, 1)


def test_what_is_new_stands_on_the_board_and_is_texted_once(texting_town: Town) -> None:
    town = texting_town
    limits = replace(town.rules.limits, alarm_number="+358401555099")
    town = Town.over(town.services.database.url, rules=replace(town.rules, limits=limits), SMS_SENDER="+358175550100")
    for day, seen, texts in (("2026-11-24", SEEN, 1), ("2026-11-25", SEEN, 1), ("2026-11-26", (), 1)):
        watch_store.claim(town.services.database, day, 1, NIGHT)
        new = watch_keeping.keep(town.services, ended(day, seen))
        assert bool(new) == (day == "2026-11-24")
        assert len([row for row in town.every(text_message) if row["key"] == "sms.alarm_rules"]) == texts
    assert [row["kind"] for row in town.every(supervisor_item)] == ["rules_watch"]
    town.services.database.dispose()


def test_what_was_seen_is_read_back_as_it_was(town: Town) -> None:
    seen = (*SEEN, Seen("nobody_planned", "culture", NIGHT, (("desk", "culture"),)))
    watch_store.claim(town.services.database, "2026-11-24", 1, NIGHT)
    watch_keeping.keep(town.services, ended("2026-11-24", seen))
    with town.services.database.read() as connection:
        last = watch_store.latest(connection)
    assert last is not None
    assert (last.seen, last.looked, last.tried) == (seen, 20_000, 200)


# --- one that hangs or breaks off --------------------------------------------------------------------------------

DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('hangs', flush=True); signal.pause()"
BREAKS_OFF, ENDS_WELL = "raise SystemExit(3)", ""
WITHIN = 20  # seconds in which a process begins or ends on a busy machine


class Processes:
    """Real ones, by what they run, one night after the other."""

    def __init__(self, *programs: str) -> None:
        self.programs = list(programs)
        self.begun: list[tuple[str, subprocess.Popen[bytes]]] = []

    def begin(self, day: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, "-c", self.programs.pop(0)], stdout=subprocess.PIPE)
        self.begun.append((day, process))
        return process

    def end(self) -> None:
        for _, process in self.begun:
            process.kill()
            process.communicate(timeout=WITHIN)


@pytest.fixture
def alarmed(record: str) -> Iterator[Town]:
    """A city whose operator has a number for alarms."""
    limits = replace(sample_rules().limits, alarm_number="+358401555099")
    town = Town.over(record, rules=replace(sample_rules(), limits=limits), SMS_SENDER="+358175550100")
    town.clock.business = NIGHT
    yield town
    town.services.database.dispose()


def last(town: Town) -> Run:
    with town.services.database.read() as connection:
        run = watch_store.latest(connection)
    assert run is not None
    return run


def test_one_that_hangs_is_ended_told_and_the_next_night_looks_again(alarmed: Town) -> None:
    town, processes = alarmed, Processes(DEAF, ENDS_WELL)
    clock = NightWatch(processes.begin)
    town.clock.business -= timedelta(days=1)
    watch_store.claim(town.services.database, "2026-11-23", 1, town.clock.now())
    watch_keeping.keep(town.services, replace(ended("2026-11-23", SEEN), ended_at=town.clock.now()))
    town.clock.business += timedelta(days=1)
    try:
        clock.begin_due(town.services)
        [(_, hanging)] = processes.begun
        assert hanging.stdout is not None
        assert hanging.stdout.readline() == b"hangs\n"
        town.clock.seconds += MOST_SECONDS - 1
        clock.begin_due(town.services)
        assert hanging.poll() is None
        town.clock.seconds += 2
        clock.begin_due(town.services)
        hanging.wait(WITHIN)
        clock.begin_due(town.services)
        assert [one.key for one in last(town).seen] == ["not_finished:2026-11-24", SEEN[0].key]
        assert town.items() == ["rules_watch", "rules_watch"]  # of the night before, and of this one
        assert len([row for row in town.every(text_message) if row["key"] == "sms.alarm_rules"]) == 2
        clock.begin_due(town.services)
        assert len(processes.begun) == 1, "one look a night, however it went"
        town.clock.business += timedelta(days=1)
        clock.begin_due(town.services)
        assert [day for day, _ in processes.begun] == ["2026-11-24", "2026-11-25"]
    finally:
        processes.end()


def test_one_that_breaks_off_is_told_each_night_until_one_ends_well(alarmed: Town) -> None:
    town, processes = alarmed, Processes(BREAKS_OFF, BREAKS_OFF, ENDS_WELL)
    clock = NightWatch(processes.begin)
    try:
        for night in range(2):
            clock.begin_due(town.services)
            processes.begun[-1][1].wait(WITHIN)
            clock.begin_due(town.services)
            assert [one.key for one in last(town).seen] == [f"not_finished:2026-11-{24 + night}"]
            assert len(town.items()) == night + 1
            town.clock.business += timedelta(days=1)
        clock.begin_due(town.services)
        watch_keeping.keep(town.services, ended("2026-11-26", ()))
        processes.begun[-1][1].wait(WITHIN)
        clock.begin_due(town.services)
        assert last(town).seen == ()
        assert len(town.items()) == 2
    finally:
        processes.end()


def test_what_was_kept_before_the_process_broke_off_stays_as_it_is(town: Town) -> None:
    watch_store.claim(town.services.database, "2026-11-24", 1, NIGHT)
    watch_keeping.keep(town.services, ended("2026-11-24", SEEN))
    assert not watch_keeping.keep_failed(town.services, "2026-11-24")
    assert last(town).seen == SEEN


# --- the sample of real calls ------------------------------------------------------------------------------------


def sampled(*, decided_by: RoutingRule | None = None) -> watch_calls.Sample:
    """Where a rule is given, the webhooks follow other rules than those that the sample is held against."""
    rules = sample_rules()
    with watch_calls.house(load_settings(SETTINGS), words(), rules, TUESDAY) as one:
        if decided_by is not None:
            one.rules = replace(rules, rules=(decided_by,))
        return one.try_at((TUESDAY, TUESDAY + timedelta(hours=14)), ("housing", "parking", "general", "health"))


def test_real_calls_go_and_sound_as_the_rules_decide_and_leave_nothing_in_the_citys_record(town: Town) -> None:
    found = sampled()
    assert (found.tried, found.seen) == (8, ())
    assert town.every(call) == []
    assert town.every(route_decision) == []


def test_a_webhook_that_goes_elsewhere_is_seen() -> None:
    rule = RoutingRule("other", NAME, When(topics=("housing",)), department="streets")
    assert {one.place.partition(".")[0] for one in sampled(decided_by=rule).seen} == {"housing"}


def test_a_webhook_that_is_not_answered_is_found_and_the_others_are_tried() -> None:
    """Here none is: each call is refused, as if the provider's key were another."""
    with watch_calls.house(load_settings(SETTINGS), words(), sample_rules(), TUESDAY) as one:
        settings = one.services.settings.model_copy(update={"twilio_auth_token": "another"})
        one.services = replace(one.services, settings=settings)
        found = one.try_at((TUESDAY,), ("housing", "parking"))
    assert found.tried == 2
    assert [(seen.code, seen.place.partition(".")[0]) for seen in found.seen] == [
        ("webhook_failed", "housing"),
        ("webhook_failed", "parking"),
    ]
    assert dict(found.seen[0].values)["answer"] == "403 /voice/incoming"


def test_the_look_at_once_is_told_with_its_exit_code(town: Town, tmp_path: Path) -> None:
    done = ended("2026-11-24", SEEN)
    assert watchdog.told(done, 12.0).splitlines() == [
        "rules version 1: 20000 decisions, 200 calls tried, 12 s",
        "unspoken: housing.sv (language sv, topic housing)",
    ]
    answer = begun(tmp_path)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "CITY_NUMBER is missing" in answer.stderr
    (tmp_path / ".env").write_text("CITY_NUMBER=0175550100\n", encoding="utf-8")
    assert "CITY_NUMBER: must be in international form" in begun(tmp_path).stderr, "the keeper's .env is read"
    assert "CITY_NUMBER is missing" in begun(tmp_path, "--night", "2026-11-24").stderr, "the clock gives its own"


def begun(root: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "operations.watchdog", "--root", str(root), *more]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env={"PATH": ""})
