"""The night's look: begun once a night, kept, told on the board, texted only where something is new; and its sample of
real calls in a record of their own."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapters.schema import call, route_decision, supervisor_item, text_message, watch_run
from adapters.settings import load_settings
from operations import watch_calls, watch_store, watchdog
from operations.watch_store import Run
from queue_workers.night_watch import NightWatch, due_day
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
    watchdog.keep(town.services, ended("2026-11-24", ()))
    town.clock.pass_(minutes=31)
    clock.begin_due(town.services)
    assert (len(begun), len(town.every(watch_run))) == (2, 1)


def test_what_is_new_stands_on_the_board_and_is_texted_once(texting_town: Town) -> None:
    town = texting_town
    limits = replace(town.rules.limits, alarm_number="+358401555099")
    town = Town.over(town.services.database.url, rules=replace(town.rules, limits=limits), SMS_SENDER="+358175550100")
    for day, seen, texts in (("2026-11-24", SEEN, 1), ("2026-11-25", SEEN, 1), ("2026-11-26", (), 1)):
        watch_store.claim(town.services.database, day, 1, NIGHT)
        new = watchdog.keep(town.services, ended(day, seen))
        assert bool(new) == (day == "2026-11-24")
        assert len([row for row in town.every(text_message) if row["key"] == "sms.alarm_rules"]) == texts
    assert [row["kind"] for row in town.every(supervisor_item)] == ["rules_watch"]
    town.services.database.dispose()


def test_what_was_seen_is_read_back_as_it_was(town: Town) -> None:
    seen = (*SEEN, Seen("nobody_planned", "culture", NIGHT, (("desk", "culture"),)))
    watch_store.claim(town.services.database, "2026-11-24", 1, NIGHT)
    watchdog.keep(town.services, ended("2026-11-24", seen))
    with town.services.database.read() as connection:
        last = watch_store.latest(connection)
    assert last is not None
    assert (last.seen, last.looked, last.tried) == (seen, 20_000, 200)


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


def test_the_look_at_once_is_told_with_its_exit_code(town: Town) -> None:
    done = ended("2026-11-24", SEEN)
    assert watchdog.told(done, 12.0).splitlines() == [
        "rules version 1: 20000 decisions, 200 calls tried, 12 s",
        "unspoken: housing.sv (language sv, topic housing)",
    ]
    answer = subprocess.run(
        [sys.executable, "-m", "operations.watchdog"], capture_output=True, text=True, timeout=60, env={"PATH": ""}
    )
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "CITY_NUMBER" in answer.stderr
