"""A crowd at the real web application, over real HTTP: who waits is answered without the record, who comes is asked to
wait and let in later, and whoever was let in is served in full. How busy it is, is what the process itself measures."""

import html
import re
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import requests
from werkzeug.serving import BaseWSGIServer, make_server

from adapters.door import MOST_KNOCKS, Door
from adapters.load import Load, Waiting
from desks.store import CALLER
from operations.metering import CROWD
from operations.weighing import Weighed
from tests.integration.test_webhooks import into_the_line
from tests.support.scraped import TOKEN, scraped
from tests.support.services import ACCOUNT, BASE, CITY, Town
from tests.support.statements import asked_of
from tests.support.telephone import NEXT, Telephone, sign
from wsgi import create_app

REDIRECT = re.compile(r"<Redirect[^>]*>([^<]+)</Redirect>")
BUSY = 25  # requests in work: more than a process has threads


@dataclass
class Machine:
    """The application behind a server of threads. Its own measure counts; the time it is measured by is the test's."""

    town: Town
    now: float = 1000.0
    load: Load = field(init=False)

    def __post_init__(self) -> None:
        self.app = create_app(self.town.services)
        self.load = Load(Waiting(), lambda: self.now)
        self.app.extensions["load"] = self.load
        self.app.extensions["door"] = Door(self.load, lambda: self.now)
        weighed = Weighed(self.app, self.load, Waiting())
        self.server: BaseWSGIServer = make_server("127.0.0.1", 0, weighed, threaded=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stops(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def is_asked_too_much(self) -> None:
        """As many requests as that are in work, for longer than a level takes to rise."""
        for _ in range(BUSY):
            self.load.begun()
        for _ in range(60):
            self.now += 0.1
            assert self.load.level in range(4)

    def has_done_its_work(self) -> None:
        for _ in range(BUSY):
            self.load.over(True, 0.02)
        for _ in range(400):
            self.now += 0.1
            assert self.load.level in range(4)

    def posts(self, target: str, sid: str = "CA" + "1" * 32, signature: str | None = None, **form: str) -> str:
        target = html.unescape(target).removeprefix(BASE).partition("#")[0]
        fields = {"CallSid": sid, "AccountSid": ACCOUNT, "From": "+358401234567", "To": CITY, **form}
        headers = {"X-Twilio-Signature": sign(target, fields) if signature is None else signature}
        url = f"http://127.0.0.1:{self.server.port}{target}"
        answer = requests.post(url, data=fields, headers=headers, timeout=10)
        return answer.text if answer.status_code == 200 else str(answer.status_code)


@pytest.fixture
def machine(town: Town) -> Iterator[Machine]:
    one = Machine(town)
    yield one
    one.stops()


def leads_to(document: str) -> str:
    found = REDIRECT.search(document)
    assert found, document
    return html.unescape(found[1])


def asks_for_a_key(document: str) -> bool:
    return NEXT.search(document) is not None


def waits_in_a_crowd(machine: Machine, town: Town) -> Telephone:
    """She has heard her place and the offers when too many begin to ask."""
    town.agent("aino")
    telephone = Telephone(machine.app.test_client())
    into_the_line(telephone)
    telephone.post(telephone.wait_url())
    for _ in range(2):
        telephone.waits()
    machine.is_asked_too_much()
    return telephone


def test_whoever_comes_in_a_crowd_is_let_in_when_there_is_room(machine: Machine) -> None:
    assert asks_for_a_key(machine.posts("/voice/incoming"))
    machine.is_asked_too_much()
    told = machine.posts("/voice/incoming")
    assert not asks_for_a_key(told)
    assert all(words in told for words in ("hyvin paljon puheluita", "väldigt många samtal", "a great many calls"))
    assert "yksi yksi kaksi" in told
    again = leads_to(told)
    still = machine.posts(again)
    assert not asks_for_a_key(still)
    machine.has_done_its_work()
    let_in = machine.posts(leads_to(still))
    assert "/voice/step/language?" in let_in
    assert asks_for_a_key(let_in)
    came = re.search(r"[?&]a=(\d+)", again)
    assert came
    assert f"a={came[1]}&" in html.unescape(let_in), "her place is counted from her first knock"


def test_nobody_stands_at_the_door_for_ever(machine: Machine) -> None:
    machine.is_asked_too_much()
    document, knocks = machine.posts("/voice/incoming"), 0
    while not asks_for_a_key(document):
        knocks += 1
        document = machine.posts(leads_to(document))
    assert knocks == MOST_KNOCKS


def test_whoever_was_let_in_goes_through_every_menu_however_busy_it_is(machine: Machine, town: Town) -> None:
    town.agent("aino")
    telephone = Telephone(machine.app.test_client())
    telephone.rings()
    machine.is_asked_too_much()
    for key in ("1", "1", "1"):
        telephone.presses(key)
    assert "<Enqueue" in telephone.heard[-1]
    assert "<Say" in telephone.post(telephone.wait_url()), "her place"
    assert "<Say" in telephone.waits(), "the key to be rung back"
    assert telephone.send("/voice/status", CallStatus="in-progress").status_code < 300, "news are taken in"


def test_whoever_waits_in_a_crowd_is_answered_without_the_record_and_her_keys_count(
    machine: Machine, town: Town
) -> None:
    telephone = waits_in_a_crowd(machine, town)
    with asked_of(town.services.database) as asked:
        short = machine.posts(telephone.next_url())
    assert (asked.statements, asked.begins) == ([], 0)
    assert "<Say" not in short
    assert 'loop="3"' in short
    goes_on = leads_to(short)
    assert leads_to(short) == html.unescape(str(NEXT.findall(short)[-1][1])), "a key and silence lead to the same step"
    assert "<Leave" in machine.posts(goes_on, Digits="1"), "she wishes to be rung back"
    assert [row["state"] for row in town.every(CALLER)] == ["wishes"]


def test_the_record_is_asked_now_and_then_however_busy_it_is(machine: Machine, town: Town) -> None:
    telephone = waits_in_a_crowd(machine, town)
    short = [telephone.waits() for _ in range(4)]
    assert ["<Say" in document for document in short] == [False, False, False, True]


def test_quick_answers_from_memory_do_not_hide_how_slow_it_is_inside(machine: Machine, town: Town) -> None:
    telephone = waits_in_a_crowd(machine, town)
    machine.load.begun()
    machine.load.over(True, 2.0)
    for _ in range(10):
        assert not asks_for_a_key(machine.posts("/voice/incoming"))
        assert "<Say" not in machine.posts(telephone.next_url())
    assert machine.load.slowest() == 2.0


def test_what_a_crowd_is_told_from_memory_is_timed_apart(record: str) -> None:
    """Else the alarm of slow menus is silent just when a crowd is at the door."""
    town = Town.over(record, METRICS_TOKEN=TOKEN)
    machine = Machine(town)
    try:
        telephone = waits_in_a_crowd(machine, town)
        before = timed(machine)
        machine.posts("/voice/incoming")
        machine.posts(telephone.next_url())
        assert timed(machine) - before == {CROWD: 2}
    finally:
        machine.stops()
        town.services.database.dispose()


def timed(machine: Machine) -> Counter[str]:
    """Webhooks that were timed, by the name that their time is kept under."""
    found = scraped(machine.app.test_client())
    return Counter({one[0]: int(many) for (name, one), many in found.items() if name.endswith("webhook_seconds_count")})


def test_our_own_call_of_the_hour_goes_past_the_door(record: str) -> None:
    """Or its alarm would say that nobody can reach us, when many do."""
    town = Town.over(record, TEST_CALL_FROM="+358175550199")
    machine = Machine(town)
    try:
        machine.is_asked_too_much()
        assert not asks_for_a_key(machine.posts("/voice/incoming"))
        assert asks_for_a_key(machine.posts("/voice/incoming", From="+358175550199"))
    finally:
        machine.stops()
        town.services.database.dispose()


def test_a_forged_knock_is_sent_away_and_spends_nobodys_turn(machine: Machine) -> None:
    machine.is_asked_too_much()
    assert machine.posts("/voice/incoming", signature="forged") == "403"
