"""What the provider's debugger tells: kept once, counted, without a number, and nothing of what is malformed."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection

from adapters.database import Database
from adapters.schema import provider_alert, tally
from ivr.provider_alert_webhook import PATIENCE
from tests.support.services import BASE, Town
from tests.support.telephone import Telephone

SID, ABOUT = "NO" + "1" * 32, "CA" + "7" * 32
NUMBER = "+358401234567"


def payload(url: str = f"{BASE}/voice/step/topic?k=secret-token", **more: Any) -> str:
    """As the provider writes it: the call's whole form, numbers and all."""
    asked = {"url": url, "method": "POST", "parameters": {"From": NUMBER, "CallSid": ABOUT}}
    told = {"resource_sid": ABOUT, "service_sid": None, "error_code": "11200", "more_info": {"Msg": f"from {NUMBER}"}}
    return json.dumps({**told, "webhook": {"type": "application/json", "request": asked}, **more})


def tells(town: Town, **form: Any) -> int:
    fields = {"Sid": SID, "Level": "ERROR", "PayloadType": "application/json", "Payload": payload(), **form}
    return Telephone.at(town).send("/voice/debugger", **fields).status_code


def test_an_error_is_kept_once_and_counted_once(town: Town) -> None:
    assert [tells(town), tells(town)] == [204, 204]
    row = town.one(provider_alert)
    told = (row["sid"], row["level"], row["code"], row["resource_sid"], row["step"])
    assert told == (SID, "error", 11200, ABOUT, "topic")
    assert town.one(tally)["count"] == 1
    assert tells(town, Sid="NO" + "2" * 32) == 204
    assert town.one(tally, label="error 11200")["count"] == 2


def test_no_number_and_no_address_is_kept_or_logged(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        tells(town)
    seen = str(town.every(provider_alert)) + str(town.every(tally)) + str([vars(one) for one in caplog.records])
    assert "358401234567" not in seen
    assert "secret-token" not in seen


@pytest.mark.parametrize(
    "url",
    [
        f"{BASE}/voice/recorded/{'9' * 32}.wav",
        f"{BASE}/voice/step/{'x' * 60}",
        "https://[broken",
        "",
        "http://elsewhere/a",
    ],
)
def test_an_address_that_is_no_step_of_ours_is_left_out(town: Town, url: str) -> None:
    assert tells(town, Payload=payload(url)) == 204
    assert town.one(provider_alert)["step"] is None


@pytest.mark.parametrize(
    "form",
    [
        {"Sid": ""},
        {"Sid": "NO" + "g" * 32},
        {"Sid": SID + "'; DROP TABLE provider_alert"},
        {"Level": "NOISE"},
        {"Payload": ""},
        {"Payload": "{"},
        {"Payload": "[]"},
        {"Payload": "null"},
        {"Payload": '{"error_code": null}'},
        {"Payload": '{"error_code": "many"}'},
        {"Payload": '{"error_code": -1}'},
        {"Payload": '{"error_code": 99999999999999999999}'},
        {"Payload": '{"error_code": 1e999}'},
        {"Payload": '{"error_code": -Infinity}'},
        {"Payload": '{"error_code": NaN}'},
        {"Payload": '{"error_code": 11200.5}'},
        {"Payload": '{"error_code": true}'},
        {"Payload": '{"error_code": " 11200"}'},
        {"Payload": '{"error_code": "\u0663\u0663"}'},
        {"Payload": '{"error_code": "' + "9" * 9000 + '"}'},
        {"Payload": '{"error_code": ' + "9" * 9000 + "}"},
        {"Payload": "[" * 20_000},
    ],
)
def test_what_is_malformed_changes_nothing(town: Town, form: dict[str, str]) -> None:
    assert tells(town, **form) == 400
    assert town.every(provider_alert) == []
    assert town.every(tally) == []


@pytest.mark.parametrize("webhook", [None, [], {}, {"request": None}, {"request": {"url": 7}}])
def test_odd_particulars_do_not_lose_the_code(town: Town, webhook: object) -> None:
    odd = json.dumps({"error_code": 12100, "resource_sid": {"a": 1}, "webhook": webhook})
    assert tells(town, Payload=odd, Level="Warning") == 204
    row = town.one(provider_alert)
    assert (row["code"], row["level"], row["resource_sid"], row["step"]) == (12100, "warning", None, None)


def test_a_storm_of_complaints_waits_for_no_writer(town: Town) -> None:
    """They come by the hundred when our webhooks fail: calls need the threads and the record more."""
    asked: list[float | None] = []

    class Asked(Database):
        @contextmanager
        def _connected(self, deadlines: float, patience: float | None = None) -> Iterator[Connection]:
            asked.append(patience)
            with super()._connected(deadlines, patience) as connection:
                yield connection

    database = Asked(town.services.database.url)
    assert tells(replace(town, services=replace(town.services, database=database))) == 204
    assert asked == [PATIENCE]
    assert PATIENCE <= 0.3
    database.dispose()


def test_a_strangers_word_is_not_taken(town: Town) -> None:
    form = {"Sid": SID, "Level": "ERROR", "Payload": payload(), "AccountSid": "AC" + "0" * 32}
    telephone = Telephone.at(town)
    assert telephone.client.post("/voice/debugger", data=form).status_code == 403
    assert telephone.send("/voice/debugger", **{**form, "AccountSid": "AC" + "9" * 32}).status_code == 403
    assert town.every(provider_alert) == []
