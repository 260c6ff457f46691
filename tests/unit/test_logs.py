"""What a log line may show of a resident."""

import io
import json
import logging

import pytest
import structlog

from adapters.logs import configure_logging, mask_numbers

SPELLINGS = (
    "+358401234567",
    "%2B358401234567",
    "00358401234567",
    "358401234567",
    "0401234567",
    "040 123 4567",
    "040-1234567",
    "+358 40 123 4567",
    "+358(0)401234567",
    "+44 7700 900123",
)
NOT_NUMBERS = (
    "CA0123456789abcdef0123456789abcdef",
    "2026-11-22T15:52:00.123456+00:00",
    "2026-01-02 03:04:05",
    "0.00012345",
    "v=17",
    "127.0.0.1:8080",
    "0123456789abcdef0123456789abcdef",
    "1763827200.25",
)


@pytest.mark.parametrize("number", SPELLINGS)
@pytest.mark.parametrize("around", ["{}", "To={}&Digits=1", "called '{}',", "tel:{}", "/lab/phones/{}/press"])
def test_a_number_never_survives(number: str, around: str) -> None:
    written = mask_numbers(around.format(number))
    assert number not in written
    assert "1234567" not in written.replace(" ", "").replace("-", "")
    assert "*" in written


@pytest.mark.parametrize("words", NOT_NUMBERS)
def test_ids_and_times_stay_readable(words: str) -> None:
    assert mask_numbers(words) == words


def test_the_mask_keeps_network_and_last_two_digits() -> None:
    assert mask_numbers("+358401234567") == "+35840*****67"


@pytest.fixture
def lines() -> io.StringIO:
    stream = io.StringIO()
    configure_logging("web", "INFO", stream)
    return stream


def last(stream: io.StringIO) -> dict[str, object]:
    event = json.loads(stream.getvalue().splitlines()[-1])
    assert isinstance(event, dict)
    return event


def test_our_own_lines_carry_ids_and_no_number(lines: io.StringIO) -> None:
    structlog.get_logger("ivr").info("route", call_sid="CA1", number="+358401234567", more={"to": ["0401234567"]})
    event = last(lines)
    assert event["call_sid"] == "CA1"
    assert event["process"] == "web"
    assert event["number"] == "+35840*****67"
    assert event["more"] == {"to": ["040*****67"]}


@pytest.mark.parametrize("name", ["some.package", "rq.worker", "rq.job", "gunicorn.error"])
def test_libraries_are_masked_even_where_they_do_not_propagate(lines: io.StringIO, name: str) -> None:
    logging.getLogger(name).warning("calling %s", "+358401234567")
    assert last(lines)["event"] == "calling +35840*****67"


def test_tracebacks_are_masked(lines: io.StringIO) -> None:
    try:
        raise ValueError("no such caller 0401234567")
    except ValueError:
        logging.getLogger("x").exception("failed")
    assert "0401234567" not in lines.getvalue()
    assert "040*****67" in lines.getvalue()


@pytest.mark.parametrize("name", ["twilio.http_client", "rq.worker", "urllib3.connectionpool"])
def test_talkative_libraries_say_nothing_below_a_warning(lines: io.StringIO, name: str) -> None:
    logging.getLogger(name).info("GET /Calls?To=secret")
    assert lines.getvalue() == ""


def test_a_line_is_written_once(lines: io.StringIO) -> None:
    logging.getLogger("rq.worker").warning("once")
    assert len(lines.getvalue().splitlines()) == 1
