"""What a caller hears while a store or the provider fails: never silence, never a promise that might not be kept.

The record on PostgreSQL hangs: its processes are stopped by a signal, so nothing is refused and every deadline must
hold. On SQLite another process keeps the writer's lock: menus read on, effects cannot be kept.
"""

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from sqlalchemy.engine import make_url

from tests.calls.promise_scenarios import the_promise_is_kept
from tests.rig.city import City
from tests.rig.journeys import asks_for_housing, ends_and_notes, talks_with
from tests.rig.resident import Resident
from tests.rig.waiting import until
from tests.rig.words import heard
from tests.support.postgres import cluster

pytestmark = pytest.mark.long

TUESDAY_TEN = "2026-11-24T10:00:00+02:00"
SATURDAY_THREE = "2026-11-28T03:00:00+02:00"
CALLER, HOUSING, COUNTY, DUTY = "+358401234567", "+358175550110", "+358175550140", "+358175550999"
NEWS_REFUSED = 15003  # a status callback was answered 503: the provider is to tell it again
A_WEBHOOK_AT_MOST = 3.0  # machine seconds; the provider waits for fifteen
PROCESSES_ASKED = 12  # times in a row: whichever process answers
on_postgres = pytest.mark.parametrize("city", ["postgresql"], indirect=True)
on_sqlite = pytest.mark.parametrize("city", ["sqlite"], indirect=True)


def postgres_processes() -> list[int]:
    """The server and every one of its children."""
    server = int((cluster().directory / "postmaster.pid").read_text().splitlines()[0])
    children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    return [server, *map(int, children)]


@contextmanager
def record_hangs(city: City) -> Iterator[None]:
    city.disturbances.append("postgresql stopped")
    stopped = postgres_processes()
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in reversed(stopped):
            os.kill(pid, signal.SIGCONT)
    until(lambda: _answers(city), 20, lambda: "the record does not come back")


def _answers(city: City) -> bool:
    """Asked through the service, and of each of its processes: their own connections work again."""
    url = f"{city.installation.web}/readyz"
    return all(requests.get(url, timeout=10).status_code == 200 for _ in range(PROCESSES_ASKED))


@contextmanager
def record_locked(city: City) -> Iterator[None]:
    city.disturbances.append("sqlite locked")
    holder = sqlite3.connect(str(make_url(city.settings.database_url).database), isolation_level=None, timeout=10)
    holder.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        holder.execute("ROLLBACK")
        holder.close()


@contextmanager
def no_valkey(city: City) -> Iterator[None]:
    city.stop_valkey()
    try:
        yield
    finally:
        city.start_valkey()


def rings(city: City) -> Resident:
    return city.resident(CALLER).ring().hears(heard()["greeting"]).press("1")


def nothing_is_promised(city: City, resident: Resident) -> None:
    told = " ".join(word.text for word in resident.transcript())
    assert "Varmistusnumerosi" not in told
    assert heard()["promise"] not in told
    assert city.sql("SELECT 1 FROM callback_request") == []


def every_webhook_was_quick(city: City) -> None:
    asked = [entry for entry in city.lab.history() if entry["kind"] == "webhook" and "/voice/step" in str(entry["url"])]
    assert asked
    for entry in asked:
        assert entry["outcome"] == "answered", entry
        assert float(str(entry["ms"])) <= A_WEBHOOK_AT_MOST * 1000, entry
    assert [error for error in city.lab.errors() if error["code"] != NEWS_REFUSED] == []


# --- no Redis ---


@on_sqlite
def test_without_redis_a_promise_is_made_and_kept(city: City) -> None:
    with no_valkey(city):
        the_promise_is_kept(city, lambda: None)


@on_sqlite
def test_without_redis_a_caller_gets_a_person(city: City) -> None:
    city.clock(TUESDAY_TEN, rate=20)
    with no_valkey(city):
        aino = city.agent("aino").available()
        resident = asks_for_housing(city.resident(CALLER))
        aino.accepts().is_joined()
        resident.is_joined()
        ends_and_notes(resident, aino)


# --- no SQL ---


@on_postgres
def test_with_the_record_hanging_the_menus_go_on_and_the_caller_is_put_through(city: City) -> None:
    city.clock(TUESDAY_TEN, rate=20)
    desk = city.resident(HOUSING)
    with record_hangs(city):
        resident = asks_for_housing(city.resident(CALLER)).hears(heard()["degraded"])
        desk.answers()
        resident.is_joined()
        desk.hangs_up()
        resident.call_ends()
    nothing_is_promised(city, resident)
    every_webhook_was_quick(city)


@on_postgres
def test_with_the_record_hanging_and_nobody_at_the_desk_its_number_is_told(city: City) -> None:
    city.clock(TUESDAY_TEN, rate=20)
    desk = city.resident(HOUSING)
    with record_hangs(city):
        resident = asks_for_housing(city.resident(CALLER)).hears(heard()["degraded"])
        desk.declines()
        resident.hears(heard()["degraded_number"]).hears(heard()["emergency"]).call_ends()
    nothing_is_promised(city, resident)


@on_postgres
def test_with_the_record_hanging_partners_information_and_the_fault_duty_are_as_ever(city: City) -> None:
    city.clock(TUESDAY_TEN, rate=20)
    county, duty = city.resident(COUNTY), city.resident(DUTY)
    with record_hangs(city):
        resident = rings(city).hears(heard()["topics"]).press("4").press("1").hears(heard()["partner"]).press("1")
        county.answers()
        resident.is_joined()
        resident.hangs_up()
        county.call_ends()
        informed = rings(city).hears(heard()["topics"]).press("3").press("3").hears(heard()["information_zero"])
        informed.hears(heard()["thanks_goodbye"]).call_ends()
        city.clock(SATURDAY_THREE, rate=20)
        at_night = rings(city).hears(heard()["closed"]).hears(heard()["emergency"]).press("3")
        duty.answers()
        at_night.is_joined()
        at_night.hangs_up()
        duty.call_ends()
    nothing_is_promised(city, at_night)


@on_postgres
def test_whoever_waits_while_the_record_hangs_hears_music_and_keeps_her_place(city: City) -> None:
    city.clock(TUESDAY_TEN, rate=20)
    aino = city.agent("aino").available()
    busy = talks_with(city, aino, "+358401000001")
    waiting = asks_for_housing(city.resident(CALLER)).is_in_line()
    with record_hangs(city):
        waiting.hears("music", within=200).hears("music", within=200)
        assert waiting.view().in_queue is not None
    busy.hangs_up()
    aino.puts_down().notes("done")
    aino.accepts().is_joined()
    waiting.is_joined()
    ends_and_notes(waiting, aino)


@on_sqlite
def test_with_the_record_locked_nothing_is_promised_and_the_caller_is_put_through(city: City) -> None:
    city.clock(TUESDAY_TEN, rate=20)
    desk = city.resident(HOUSING)
    resident = asks_for_housing(city.resident(CALLER)).hears(heard()["nobody"])
    resident.press("1").hears(heard()["number_right"])
    with record_locked(city):
        resident.press("1").hears(heard()["degraded"])
        desk.answers()
        resident.is_joined()
        resident.hangs_up()
        desk.call_ends()
    nothing_is_promised(city, resident)


# --- neither ---


@on_postgres
def test_with_neither_store_the_caller_still_gets_through(city: City) -> None:
    city.clock(TUESDAY_TEN, rate=20)
    desk = city.resident(HOUSING)
    with no_valkey(city), record_hangs(city):
        resident = asks_for_housing(city.resident(CALLER)).hears(heard()["degraded"])
        desk.answers()
        resident.is_joined()
        resident.hangs_up()
        desk.call_ends()
    nothing_is_promised(city, resident)


# --- a slow provider ---


@on_sqlite
def test_a_provider_that_is_slow_to_ring_the_agent_costs_the_caller_nothing_but_music(city: City) -> None:
    city.clock(TUESDAY_TEN, rate=10)
    aino = city.agent("aino").available()
    city.disturbances.append("provider slow")
    city.lab.fault("rest", "delay", "/Calls.json", seconds=3)
    resident = asks_for_housing(city.resident(CALLER)).hears(heard()["connecting"]).hears("music")
    aino.accepts().is_joined()
    resident.is_joined()
    ends_and_notes(resident, aino)


@on_sqlite
def test_webhooks_that_arrive_late_change_nothing_that_the_caller_hears(city: City) -> None:
    city.clock(TUESDAY_TEN, rate=10)
    city.disturbances.append("webhooks late")
    city.lab.fault("webhook", "delay", "/voice/step/", seconds=2, times=6)
    resident = asks_for_housing(city.resident(CALLER)).hears(heard()["nobody"])
    resident.press("1").hears(heard()["number_right"]).press("1")
    resident.hears(heard()["promise"]).hears(heard()["goodbye"]).call_ends()
    assert len(city.sql("SELECT 1 FROM callback_request")) == 1
