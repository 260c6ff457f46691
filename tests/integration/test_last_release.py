"""What the release before gave out and ordered is in flight while this one takes over: each address is still answered
in words, each order and each job still carried out.

There has been no release yet: the file was recorded from an earlier state of this project, whose commit and date stand
in it (``recorded_from``). Whoever makes a release records its own: ``python -m tests.architecture.record_urls``. That
an older state's code itself serves beside today's: ``tests/calls/test_upgrade_in_flight.py``.
"""

import inspect
import json
import re
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient

from adapters.schema import outbox
from ivr.step_url import step_of
from queue_workers import allowed, effects, jobs
from tests.architecture.record_urls import FILE
from tests.support.services import Town, empty_record
from tests.support.telephone import Telephone
from wsgi import create_app

RECORDED: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
SPEAKS = re.compile(r"<(Say|Play|Gather|Redirect|Dial|Enqueue|Record|Leave|Hangup)")
NEWS = ("/status", "/leg", "/recording", "/sms/")  # the provider plays nothing of what is answered there
LEG = "CA" + "b" * 32


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return Town.over(empty_record("sqlite", tmp_path_factory.mktemp("older")))


@pytest.fixture(scope="module")
def idle(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return Town.over(empty_record("sqlite", tmp_path_factory.mktemp("idle")))


@pytest.fixture(scope="module")
def client(town: Town) -> FlaskClient:
    return create_app(town.services).test_client()


@pytest.fixture
def there(town: Town, client: FlaskClient) -> "InFlight":
    return InFlight(town, client)


class InFlight:
    """A call that the older release began: the caller in the line, her earlier request, an agent being rung."""

    def __init__(self, town: Town, client: FlaskClient) -> None:
        agent = town.agent(f"agent{town.calls}", languages=("fi", "sv"))
        self.ids = {"request": town.request(language="sv"), "line": town.caller(language="sv")}
        self.ids["token"] = town.offered(agent)
        self.telephone = Telephone(client, sid=str(town.stay(self.ids["line"])["call_sid"]))

    def address(self, recorded: str) -> str:
        for name, value in self.ids.items():
            recorded = re.sub(rf"=(?:{name})(?=[&#]|$)", f"={value}", recorded)
        return recorded


@pytest.mark.parametrize("name", RECORDED["steps"])
def test_a_step_of_the_release_before_leads_on_in_words(there: InFlight, name: str) -> None:
    address = there.address(RECORDED["steps"][name])
    for keys in ({}, {"Digits": "2"}, {"Digits": "2"}):
        answer = there.telephone.post(address, **keys)
        assert SPEAKS.search(answer), answer
        assert "<Say" not in answer or 'language="sv-SE"' in answer, "the call has lost its language"


@pytest.mark.parametrize("name", RECORDED["steps"])
def test_a_step_of_the_release_before_means_what_it_meant(name: str) -> None:
    query = RECORDED["steps"][name].partition("?")[2].partition("#")[0]
    step = step_of(name, dict(pair.split("=") for pair in query.split("&")))
    assert (step.language, step.topic, step.tries, step.version) == ("sv", "housing", 2, 3)
    assert (step.arrived, step.nonce, step.choice) == (1_795_507_200_000, "nonce", "asap")
    assert (step.line, step.request, step.message, step.person) == ("line", "request", "message", 1)


@pytest.mark.parametrize("recorded", [*RECORDED["pages"], RECORDED["recording"]])
def test_a_page_of_the_release_before_answers(there: InFlight, recorded: str) -> None:
    address = there.address(recorded)
    for form in ({}, {"Digits": "1", "CallStatus": "completed", "DialCallStatus": "completed"}):
        answer = there.telephone.send(address, **{"CallSid": LEG, **form})
        assert answer.status_code in (200, 204), f"{address}: {answer.status_code}"
        if not any(part in address for part in NEWS):
            assert SPEAKS.search(answer.get_data(as_text=True)), address


@pytest.mark.parametrize("kind", RECORDED["orders"])
def test_an_order_of_the_release_before_is_carried_out(idle: Town, kind: str) -> None:
    """As a row that the older one wrote: here what it was for is over, so that it ends, and ends in order."""
    row = {"id": kind, "kind": kind, "ref": "gone", "due_machine": 0.0, "made_machine": 0.0, "handed_machine": 0.0}
    idle.within(lambda tx: tx.connection.execute(outbox.insert().values(**row)))
    assert effects.carry_out(idle.services, kind) is True
    after = idle.one(outbox, id=kind)
    assert after["lease_machine"] is None, "whoever carried it out has let it go"
    assert after["done_machine"] is not None or after["due_machine"] > 0.0, "done, or to be tried again"


@pytest.mark.parametrize("name", RECORDED["jobs"])
def test_a_job_of_the_release_before_may_run_and_takes_what_it_was_given(name: str) -> None:
    assert name in allowed.ALLOWED
    function = getattr(jobs, name.rpartition(".")[2])
    inspect.signature(function).bind(*RECORDED["jobs"][name])


def test_the_record_of_the_release_before_is_whole() -> None:
    assert re.fullmatch(r"[0-9a-f]{40}", RECORDED["recorded_from"]["commit"])
    assert date.fromisoformat(RECORDED["recorded_from"]["date"])
    assert len(RECORDED["steps"]) >= 30
    assert len(RECORDED["pages"]) >= 29
    assert len(RECORDED["orders"]) >= 26
    assert all("#ct=1000&rc=2&rp=ct,rt,5xx" in page for page in RECORDED["pages"])
