"""``/metrics`` and ``/readyz``: who may read them, that their figures are the record's, and that they name nobody."""

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.meters import WebMeters
from adapters.schema import outbox, phone_number, process_start, recording, tally
from adapters.settings import load_settings
from operations.metering import Metered, Steps, part_of
from tests.support.scraped import ASKS, TOKEN, of, scraped
from tests.support.services import SETTINGS, Town
from tests.support.telephone import Telephone
from wsgi import create_app


@pytest.fixture
def town(record: str) -> Iterator[Town]:
    one = Town.over(record, METRICS_TOKEN=TOKEN)
    yield one
    one.services.database.dispose()


# --- who may read ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["", "Bearer other", "Bearer å", f"Basic {TOKEN}x"])
def test_with_a_token_nobody_else_reads(town: Town, said: str) -> None:
    headers = {"Authorization": said} if said else {}
    client = create_app(town.services).test_client()
    assert client.get("/metrics", headers=headers).status_code == 403
    assert client.get("/readyz", headers=headers).get_json().keys() == {"state"}


@pytest.mark.parametrize(
    ("changes", "headers", "remote", "status"),
    [
        ({"PUBLIC_BASE_URL": "http://127.0.0.1:8080"}, {}, "127.0.0.1", 200),
        ({"PUBLIC_BASE_URL": "http://127.0.0.1:8080"}, {}, "10.0.0.7", 403),
        ({"PUBLIC_BASE_URL": "http://127.0.0.1:8080"}, {"X-Forwarded-For": "10.0.0.7"}, "127.0.0.1", 403),
        ({}, {}, "127.0.0.1", 403),  # a proxy on this machine may stand between
        ({"PROXY_HOPS": "1"}, {}, "127.0.0.1", 200),
        ({"PROXY_HOPS": "1"}, {"X-Forwarded-For": "203.0.113.9"}, "127.0.0.1", 403),
    ],
)
def test_without_a_token_only_this_machine_reads(
    record: str, changes: dict[str, str], headers: dict[str, str], remote: str, status: int
) -> None:
    client = create_app(Town.over(record, **changes).services).test_client()
    answer = client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": remote})
    assert answer.status_code == status


def test_a_short_token_is_refused_at_the_start() -> None:
    with pytest.raises(Exception, match="METRICS_TOKEN"):
        load_settings({**SETTINGS, "METRICS_TOKEN": "short"})


# --- the record's figures --------------------------------------------------------------------------------------------


def test_promises_and_the_line_are_the_records(town: Town) -> None:
    town.agent("aino")
    town.request()
    town.clock.pass_(minutes=7)
    town.caller()
    town.clock.pass_(seconds=5)
    found = of(town)
    assert found["one_number_promises", ("due",)] == 1
    assert found["one_number_oldest_due_seconds", ()] == 425
    assert (found["one_number_line_waiting", ()], found["one_number_line_longest_seconds", ()]) == (1, 5)
    town.clock.pass_(minutes=60)
    later = of(town)
    assert (later["one_number_promises", ("due",)], later["one_number_promises", ("overdue",)]) == (0, 1)


def test_orders_their_age_and_those_that_fail(town: Town) -> None:
    now = town.clock.machine()
    for n, (kind, tries, done) in enumerate(
        (("end_leg", 0, None), ("end_leg", 5, None), ("end_leg", 1, now), ("delete_call", 0, None))
    ):
        row = {"id": f"o{n}", "kind": kind, "ref": f"r{n}", "due_machine": now - 40 + n, "made_machine": now - 60}
        town.within(
            lambda tx, row=row, tries=tries, done=done: tx.connection.execute(  # type: ignore[misc]
                outbox.insert().values(**row, tries=tries, done_machine=done)
            )
        )
    found = of(town)
    assert (found["one_number_orders_due", ("quick",)], found["one_number_orders_due", ("long",)]) == (2, 1)
    assert found["one_number_orders_oldest_seconds", ("quick",)] == 60, "tried: since it was ordered"
    assert found["one_number_orders_failing", ()] == 1


def test_the_clocks_sign_of_life(town: Town) -> None:
    assert ("one_number_clock_beat_age_seconds", ()) not in of(town)
    beat = {"kind": "clock", "started_machine": 1.0, "beat_machine": town.clock.machine() - 75}
    town.within(lambda tx: tx.connection.execute(process_start.insert().values(**beat)))
    found = of(town)
    assert found["one_number_clock_beat_age_seconds", ()] == 75
    assert found["one_number_wrong", ("clock_silent",)] == 1
    assert found["one_number_ready", ()] == 1


def test_spend_and_limits(town: Town) -> None:
    town.agent("aino")
    town.request()
    token = town.talking()
    town.clock.pass_(minutes=3)
    town.act(lambda talk: talk.agent_leg_ended(token, "completed"))
    found = of(town)
    assert found["one_number_cost_today_cents", ("telephones",)] == 3 * town.rules.limits.cents_per_minute_mobile
    assert found["one_number_cost_today_cents", ("browser",)] == 2, "three begun minutes at 0.4 cents, rounded up"
    assert found["one_number_spend_today_cents", ()] == 3 * town.rules.limits.cents_per_minute_mobile + 2
    assert found["one_number_limit_counted", ("rings",)] == 1
    assert found["one_number_limit", ("rings",)] == town.rules.limits.rings_per_hour


def test_counts_that_outlive_processes_are_counters(town: Town) -> None:
    town.within(
        lambda tx: tx.connection.execute(tally.insert().values(name="provider_alerts", label="error 11200", count=4))
    )
    town.within(
        lambda tx: tx.connection.execute(
            tally.insert().values(name="provider_errors", label="ring_agent unknown", count=2)
        )
    )
    found = of(town)
    assert found["one_number_provider_alerts_total", ("11200", "error")] == 4
    assert found["one_number_provider_errors_total", ("ring_agent", "unknown")] == 2


def test_sound_that_is_not_in_the_vault_yet(town: Town) -> None:
    made = town.clock.now() - timedelta(minutes=9)
    for n, stored in enumerate((None, 1.0)):
        row = {
            "id": f"rec{n}",
            "recording_sid": f"RE{n:032x}",
            "call_sid": "CA" + "1" * 32,
            "kind": "message",
            "state": "kept",
        }
        more = {
            "topic": "housing",
            "language": "fi",
            "department": "housing",
            "token": f"t{n}",
            "seconds": 4,
            "made_at": made,
        }
        town.within(
            lambda tx, row=row, more=more, stored=stored: tx.connection.execute(  # type: ignore[misc]
                recording.insert().values(**row, **more, stored_machine=stored)
            )
        )
    found = of(town)
    assert (found["one_number_recordings_unfinished", ()], found["one_number_recordings_oldest_seconds", ()]) == (
        1,
        540,
    )


def test_a_record_that_is_away_is_told_and_nothing_else_is_invented(town: Town) -> None:
    client = create_app(town.services).test_client()
    broken = replace(town.services, database=Town.over("sqlite:////nowhere/at/all.db").services.database)
    found = scraped(create_app(broken).test_client())
    assert (found["one_number_record_up", ()], found["one_number_ready", ()]) == (0, 0)
    assert ("one_number_promises", ("due",)) not in found
    assert scraped(client)["one_number_record_up", ()] == 1
    assert create_app(broken).test_client().get("/readyz").status_code == 503


def test_ready_says_why_in_words_to_those_who_may_know(town: Town) -> None:
    told = create_app(town.services).test_client().get("/readyz", headers=ASKS).get_json()
    assert told["state"] == "degraded"
    assert {one["reason"] for one in told["reasons"]} >= {"clock_never"}
    assert all(one["means"].endswith(".") for one in told["reasons"])


# --- what the web process measures -----------------------------------------------------------------------------------


def test_each_webhook_is_timed_by_its_step(town: Town) -> None:
    telephone = Telephone.at(town)
    telephone.rings()
    telephone.presses("1")
    found = scraped(telephone.client)
    assert found["one_number_webhook_seconds_count", ("incoming",)] == 1
    assert found["one_number_webhook_seconds_count", ("language",)] == 1
    assert found["one_number_webhook_seconds_sum", ("language",)] > 0
    assert found["one_number_answers_total", ("200", "voice")] == 2


def test_a_strangers_address_makes_no_label(town: Town) -> None:
    client = create_app(town.services).test_client()
    for path in (
        "/voice/step/" + "x" * 30,
        "/+358401234567",
        "/console/matters/+358401234567",
        "/voice/abc?From=%2B358401234567",
    ):
        client.get(path)
        client.post(path)
    told = client.get("/metrics", headers=ASKS).text
    assert "x" * 30 not in told
    assert "358401234567" not in told


def test_an_application_that_falls_over_is_counted_as_a_500() -> None:
    meters = WebMeters()

    def falls(environ: object, start: object) -> list[bytes]:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        Metered(falls, meters, Steps(()))({"PATH_INFO": "/voice/incoming"}, lambda *_: None)  # type: ignore[arg-type]
    assert b'part="voice",status="500"} 1.0' in meters.told(())


def test_the_parts_of_the_service() -> None:
    paths = {
        "/voice/x": "voice",
        "/sms/incoming": "sms",
        "/console/": "console",
        "/console/static/a.css": "static",
        "/metrics": "health",
        "/": "other",
    }
    assert {path: part_of(path) for path in paths} == paths


def test_no_label_names_a_person(town: Town) -> None:
    """Everything that holds a number, a name or an id has been through the record by then."""
    town.agent("aino-virtanen", telephone="+358449998877")
    town.request()
    token = town.talking("aino-virtanen")
    caller = town.caller()
    told = create_app(town.services).test_client().get("/metrics", headers=ASKS).text
    secret = {"aino-virtanen", token, caller, "+3584", *(str(row["e164"]) for row in town.every(phone_number))}
    assert not [one for one in secret if one in told]
    assert not re.search(r"(CA|AC|RE|NO)[0-9a-f]{32}", told)


def test_a_crowd_of_readers_asks_the_record_once(town: Town) -> None:
    app = create_app(town.services)
    seconds = set()

    def reads() -> None:
        seconds.add(scraped(app.test_client())["one_number_figures_seconds", ()])

    readers = [threading.Thread(target=reads) for _ in range(8)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert len(seconds) == 1, "one look at the record, told to all of them"
