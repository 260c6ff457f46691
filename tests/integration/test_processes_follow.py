"""Two web processes of their own, one record: what a third publishes or switches is what their callers meet within two
seconds of the commit, and a switch's end needs nobody. Asked over HTTP by signed webhooks, as the provider asks."""

import html
import json
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import event
from twilio.request_validator import RequestValidator

from adapters.clock import FileClock
from operations.processes import Fleet, ProcessSpec
from operations.ready import AnswersHttp
from operations.specs import web_command
from routing_rules.switches import service
from routing_rules.switches.checks import WantedSwitch
from tests.rig.installation import CITY_NUMBER, Installation, install
from tests.rig.ports import free_ports
from tests.support.clock import TUESDAY
from tests.support.rulebook import Rulebook, grace
from tests.support.services import Town

FOLLOWED_WITHIN = 2.0  # seconds from the commit
NEXT = re.compile(r'action="([^"]+)"')
HTTP_PATIENCE = 10.0
TO_HOUSING = ("1", "1", "1")


@dataclass
class Web:
    """One process, asked again and again by one caller who has come as far as the question of the topic."""

    port: int
    installation: Installation
    number: int
    last: str = ""

    def ask(self, target: str, keys: str | None = None) -> str:
        form = {"CallSid": f"CA{self.number:032x}", "AccountSid": self.installation.account, "From": "+358401234567",
                "To": CITY_NUMBER, **({"Digits": keys} if keys else {})}  # fmt: skip
        path = html.unescape(target).removeprefix(self.installation.web).partition("#")[0]
        signature = RequestValidator(self.installation.token).compute_signature(self.installation.web + path, form)
        headers = {"X-Twilio-Signature": signature, "Connection": "close"}
        answer = requests.post(f"http://127.0.0.1:{self.port}{path}", form, headers=headers, timeout=HTTP_PATIENCE)
        assert answer.status_code == 200, answer.text
        return answer.text

    def version(self) -> int:
        """Of the rules by which a call that rings now is begun."""
        [told, *_] = re.findall(r"[;&?]v=(\d+)", self.ask("/voice/incoming"))
        return int(told)

    def at_housing(self) -> str:
        """What a caller hears who has rung and chosen housing: anew each time, by the rules of this moment."""
        document = self.ask("/voice/incoming")
        for key in TO_HOUSING:
            document = self.ask(NEXT.findall(document)[-1], key)
        return document


@dataclass
class Installed:
    town: Town
    webs: tuple[Web, ...]
    clock_file: Path

    def now(self) -> datetime:
        """Business time, as the processes read it; ours goes with it."""
        self.town.clock.business = FileClock(self.clock_file).now()
        return self.town.clock.business

    def set_clock(self, business: datetime) -> float:
        """Real speed from here on; the machine's moment at which it was set."""
        at = time.time()
        self.clock_file.write_text(json.dumps({"business_time": business.isoformat(), "as_of": at, "rate": 1}))
        return at

    def committed(self, work: Callable[[], Any]) -> float:
        """The machine's moment just before the last commit of this work: nobody can have followed sooner."""
        moments: list[float] = []
        engine = self.town.services.database.engine

        def note(_connection: Any) -> None:
            moments.append(time.time())

        event.listen(engine, "commit", note)
        try:
            work()
        finally:
            event.remove(engine, "commit", note)
        return moments[-1]

    def all_follow(self, since: float, follows: Callable[[Web], bool]) -> list[float]:
        """Seconds from the moment until the first question that each process answered by what is true now. They are
        asked without a pause; no question of more than two seconds later may be answered as before."""

        def until_it_does(web: Web) -> float:
            while True:
                asked = time.time() - since
                if follows(web):
                    return asked
                assert asked <= FOLLOWED_WITHIN, f"asked {asked:.2f} s later, {web.port} answered as before"

        with ThreadPoolExecutor(len(self.webs)) as both:
            return list(both.map(until_it_does, self.webs))


@pytest.fixture
def installed(town: Town, tmp_path: Path) -> Iterator[Installed]:
    Rulebook(town)
    installation = install(tmp_path, town.services.database.url)
    ports = (int(installation.environment["WEB_PORT"]), free_ports(1)[0])
    webs = tuple(Web(port, installation, n) for n, port in enumerate(ports, 1))
    city = Installed(town, webs, Path(installation.environment["CLOCK_FILE"]))
    city.set_clock(TUESDAY)
    fleets = [_web(installation, web.port, tmp_path / str(web.port)) for web in webs]
    try:
        with ThreadPoolExecutor(len(fleets)) as both:
            list(both.map(Fleet.start, fleets))
        yield city
    finally:
        with ThreadPoolExecutor(len(fleets)) as both:
            list(both.map(Fleet.stop, fleets))


def _web(installation: Installation, port: int, root: Path) -> Fleet:
    """A gunicorn with one worker: whoever answers at this port is this process and no other."""
    command = (*web_command("wsgi:create_app()"), "--workers", "1")
    spec = ProcessSpec("web", command, AnswersHttp("127.0.0.1", port, "/healthz"))
    return Fleet({**installation.environment, "WEB_PORT": str(port)}, root, (spec,))


def shown(document: str) -> str:
    """Its words and keys, without the addresses, which differ from call to call."""
    return re.sub(r"https?://[^\"<]*", "", document)


@pytest.mark.parametrize("record", ["postgresql"], indirect=True)
def test_every_process_follows_a_publication_a_switch_and_its_end_within_two_seconds(installed: Installed) -> None:
    town, webs = installed.town, installed.webs
    installed.now()
    book = Rulebook(town)
    draft, before = book.draft(grace("housing", 7)), book.live().version
    assert [web.version() for web in webs] == [before, before]
    took = {"publication": installed.all_follow(
        installed.committed(lambda: book.published(draft)), lambda web: web.version() > before
    )}  # fmt: skip

    open_words, other = (shown(web.at_housing()) for web in webs)
    assert open_words == other

    def closed(web: Web) -> bool:
        return shown(web.at_housing()) != open_words

    until = installed.now() + timedelta(hours=1)
    wanted = WantedSwitch("close", "housing", None, None, until, "Vesi on poikki.", frozenset({"extended_desk"}))

    def switch() -> None:
        made = service.make(town.services.database, book.follow(), wanted, "sirpa", None, installed.now())
        assert isinstance(made, service.On), made

    took["switch"] = installed.all_follow(installed.committed(switch), closed)
    ends = installed.set_clock(until - timedelta(seconds=0.5)) + 0.5
    took["its end"] = installed.all_follow(ends, lambda web: time.time() >= ends and not closed(web))
    print({what: [round(seconds, 2) for seconds in each] for what, each in took.items()})
