"""Log lines that can be followed: a webhook's carry its call, an order's carry the order, and neither an address or a
number; the provider's trouble is counted where it is met."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from adapters.logs import about, configure_logging
from adapters.schema import tally
from operations.metering import ids_of_request
from tests.support.provider import LOST, REFUSED
from tests.support.services import ACCOUNT, Town
from tests.support.telephone import Telephone
from wsgi import create_app


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    configure_logging("web", "INFO", stream, ids_of_request)
    yield stream
    configure_logging("test", "WARNING")


def written(lines: io.StringIO) -> list[dict[str, str]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_a_webhooks_line_names_its_call_and_its_route(town: Town, lines: io.StringIO) -> None:
    Telephone.at(town).client.post(
        "/voice/step/topic?k=secret", data={"CallSid": "CA" + "4" * 32, "AccountSid": ACCOUNT, "From": "+358401234567"}
    )
    [line] = [one for one in written(lines) if one["event"] == "unsigned webhook"]
    assert (line["call"], line["route"], line["process"]) == ("CA" + "4" * 32, "/voice/step/<name>", "web")
    assert "secret" not in str(line)
    assert "1234567" not in str(line)


def test_a_page_names_its_route_and_reads_no_form(town: Town, lines: io.StringIO) -> None:
    app = create_app(town.services)
    with app.test_request_context("/console/line", method="POST", data={"CallSid": "CA" + "4" * 32}):
        assert ids_of_request().keys() <= {"route"}


def test_without_a_request_there_is_nothing_to_add() -> None:
    assert ids_of_request() == {}


def test_an_orders_lines_carry_the_order(town: Town, lines: io.StringIO) -> None:
    with about(order="o1", effect="ring_agent"):
        logging.getLogger("anybody").warning("told", extra={"call": "CA" + "1" * 32})
    logging.getLogger("anybody").warning("after")
    told, after = written(lines)
    assert (told["order"], told["effect"], told["call"]) == ("o1", "ring_agent", "CA" + "1" * 32)
    assert "order" not in after


@pytest.mark.parametrize(("answer", "label"), [(REFUSED, "ring_agent refused"), (LOST, "ring_agent unknown")])
def test_trouble_is_counted_where_it_is_met(town: Town, answer: object, label: str) -> None:
    town.agent("aino")
    town.caller()
    town.deal()
    town.gateway.answers(answer)  # type: ignore[arg-type]
    town.carry_out()
    assert {row["label"]: row["count"] for row in town.every(tally)} == {label: 1}


def test_what_goes_well_is_not_counted(town: Town) -> None:
    town.agent("aino")
    town.caller()
    town.deal()
    town.carry_out()
    assert town.every(tally) == []
