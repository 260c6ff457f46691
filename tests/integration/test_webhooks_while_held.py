"""The record lives and does not give: its rows are held by somebody else, or all our connections are in use.

No webhook is ever answered with a failure of ours, nor later than a caller can be left in silence: what we wait for is
counted, not timed, so that a busy machine changes nothing.
"""

import html
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import Connection, create_engine
from werkzeug.routing import Rule

from adapters.database import Database
from adapters.engines import POOL
from adapters.schema import metadata
from desks.talk import transfer as transfers
from ivr.dialogue.steps import STEPS
from ivr.step_url import Step, url_of
from tests.support.services import Town
from tests.support.talks import AGENT_LEG, RESIDENT_LEG, callback
from tests.support.telephone import Telephone
from wsgi import create_app

DEADLINE = 0.05  # seconds; a real one is a second, and everything else that is waited for is in proportion
A_WEBHOOK_AT_MOST = 3.0  # deadlines; the provider waits for fifteen
# nobody hears them: told again after a 503
NEWS = {"/voice/status", "/voice/leg", "/voice/recording", "/voice/recording/talk", "/voice/debugger", "/sms/status"}
REDIRECT = re.compile(r"<Redirect[^>]*>([^<]+)</Redirect>")
COMPLAINS = {"Sid": "NO" + "1" * 32, "Level": "ERROR", "Payload": '{"error_code": "11200"}'}
RECORDED = {"RecordingSid": "RE" + "1" * 32, "RecordingStatus": "completed", "RecordingDuration": "3"}
Holding = Callable[[Database], AbstractContextManager[None]]


class Watched(Database):
    """How long each unit that failed may have been waited for, in deadlines."""

    def __init__(self, url: str) -> None:
        self.failed = 0
        super().__init__(url, DEADLINE)

    @contextmanager
    def _connected(self, deadlines: float, patience: float | None = None) -> Iterator[Connection]:
        try:
            with super()._connected(deadlines, patience) as connection:
                yield connection
        except Exception:
            self.failed += 1
            raise


@contextmanager
def rows_held(database: Database) -> Iterator[None]:
    """By a connection of somebody else: on PostgreSQL not even reading goes on, on SQLite nobody else writes."""
    engine = create_engine(database.url)
    with engine.connect() as other:
        if database.is_sqlite:
            other.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            tables = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
            other.exec_driver_sql(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE")
        yield
        other.rollback()
    engine.dispose()


@contextmanager
def connections_in_use(database: Database) -> Iterator[None]:
    with ExitStack() as held:
        for _ in range(sum(POOL)):
            held.enter_context(database.engine.connect())
        yield


def redirect_of(document: str) -> str:
    found = REDIRECT.search(document)
    assert found, document
    return html.unescape(found[1])


HOLDINGS: dict[Holding, dict[bool, float]] = {  # what one failed unit costs at most, in deadlines, by is_sqlite
    rows_held: {True: 2.5, False: 0.5},
    connections_in_use: {True: 1.0, False: 1.0},
}


@dataclass
class House:
    """A callback that is being talked about, a caller in the line, and every address that the provider may ask."""

    town: Town
    database: Watched
    token: str
    line: str

    def addresses(self) -> Iterator[tuple[str, str]]:
        """(what it asks for, the whole address)"""
        for rule in create_app(self.town.services).url_map.iter_rules():
            if str(rule).startswith(("/voice/", "/sms/")) and "POST" in (rule.methods or ()):
                yield from self._of(rule)

    def _of(self, rule: Rule) -> Iterator[tuple[str, str]]:
        if str(rule) != "/voice/step/<name>":
            yield str(rule), f"{rule}?k={self.token}&lang=sv&w=resident"
            return
        for name in STEPS:
            start = Step(name, "fi", "housing", 1, 1, 1_795_507_200_000, line=self.line)
            yield str(rule), url_of("", start.go(name, "n1"))


@pytest.fixture
def house(town: Town) -> Iterator[House]:
    talk = callback(town)
    transfers.hold(town.services, "aino", talk.token, True)
    line = town.caller()
    database = Watched(town.services.database.url)
    yield House(replace(town, services=replace(town.services, database=database)), database, talk.token, line)
    database.dispose()


@pytest.mark.parametrize("holding", HOLDINGS, ids=lambda one: one.__name__)
def test_every_webhook_is_answered_in_words_and_in_time(house: House, holding: Holding) -> None:
    costs = HOLDINGS[holding][house.database.is_sqlite]
    telephone = Telephone.at(house.town, sid=AGENT_LEG)
    addresses = list(house.addresses())
    assert len({path for path, _ in addresses}) > 20
    with holding(house.database):
        for path, address in addresses:
            for more in ({"Digits": "1", "DialCallStatus": "completed"}, {"DialCallStatus": "no-answer"}):
                house.database.failed = 0
                answer = telephone.send(
                    address, CallStatus="in-progress", MessageStatus="failed", **RECORDED, **COMPLAINS, **more
                )
                told = f"{address} {more}: {answer.status_code}"
                assert answer.status_code in ({200, 204, 503} if path in NEWS else {200, 204}), told
                assert house.database.failed * costs <= A_WEBHOOK_AT_MOST, f"{told}, {house.database.failed} failed"


@pytest.mark.parametrize(
    ("path", "told", "then"),
    [("ring", {}, "<Dial"), ("accept", {"Digits": "1"}, "<Dial"), ("over", {"DialCallStatus": "completed"}, "<Hangup")],
)
def test_an_agents_leg_is_led_back_to_its_question_with_what_it_told(
    town: Town, path: str, told: dict[str, str], then: str
) -> None:
    """The record gives again a moment later: she is put through as if nothing had been, once."""
    town.agent("aino")
    town.request()
    token = town.offered("aino")
    if path == "over":
        town.accept(token, AGENT_LEG)
        town.act(lambda conversation: conversation.resident_answered(token))
    database = Watched(town.services.database.url)
    telephone = Telephone.at(replace(town, services=replace(town.services, database=database)), sid=AGENT_LEG)
    with connections_in_use(database):
        asked_again = telephone.post(f"/voice/agent/{path}?k={token}", **told)
    assert "<Redirect" in asked_again
    assert "<Dial" not in asked_again
    led = Telephone.at(town, sid=AGENT_LEG).post(redirect_of(asked_again))
    assert then in led
    assert town.offer(token)["state"] == ("wrapup" if path == "over" else "dialing")
    database.dispose()


def test_a_leg_that_asks_in_vain_for_the_third_time_ends_and_dials_nobody(town: Town) -> None:
    database = Watched(town.services.database.url)
    telephone = Telephone.at(replace(town, services=replace(town.services, database=database)), sid=RESIDENT_LEG)
    with connections_in_use(database):
        first = telephone.post("/voice/agent/accept?k=t1", Digits="1")
        second = telephone.post(redirect_of(first))
        third = telephone.post(redirect_of(second))
    assert "<Hangup" in third
    assert "<Dial" not in first + second + third
    database.dispose()
