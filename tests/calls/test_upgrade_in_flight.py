"""An older release's own code serves residents, and today's follows it by ``make upgrade`` while they are on the line.

Real processes of both: a talk goes on, who waits in the line is answered, the promise of the older one is kept by the
newer. Then each step that one of them gave is answered by the other, as on two hosts that are upgraded one by one.
"""

import re
import shutil
import tempfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
import requests
from sqlalchemy import text
from twilio.request_validator import RequestValidator

from adapters.migrate import known_revisions
from adapters.places import ROOT
from emulator.twiml_parse import parse
from emulator.twiml_tables import Context
from operations.trial import CITY_NUMBER
from tests.chaos.city import busy_rules
from tests.checker.judge import judge, table
from tests.checker.read import read
from tests.integration.test_replacing import Asking
from tests.rig import releases
from tests.rig.in_service import InService
from tests.rig.on_the_line import RATE, TUESDAY_TEN, OnTheLine
from tests.rig.words import heard

# The oldest state whose record has the shape that revision 0006 has today, and whose supervisor can be asked to upgrade
# (23 November 2026, noon). Once a release is made, that one.
OLDER = "0bbc28cd9baed3e75febb283f19f6d9a3c97c01a"
REVISIONS = Path("migrations/versions")
KEYS = ("2", "2", "3", "1", "1")  # Swedish, streets, parking fines; nobody is on duty: the first time, her own number
NEXT = re.compile(r'<Gather[^>]* action="([^"]+)"')


@pytest.fixture
def place(files: Path) -> Path:
    return files / "release"


@pytest.fixture
def service(place: Path, files: Path) -> Iterator[InService]:
    """Not begun; its sockets' paths must be short."""
    with tempfile.TemporaryDirectory(prefix="onenumber-") as root:
        rules = files / "rules.yaml"
        rules.write_text(busy_rules(), encoding="utf-8")
        one = InService(place, Path(root), rules)
        yield one
        one.ends()


def judged(service: InService, directory: Path) -> None:
    verdict = judge(read(service.written_down(directory)))
    assert not verdict.violations, table(verdict)
    counts = dict(verdict.counts)
    assert (counts["promises heard"], counts["requests done"], counts["residents' telephones rung"]) == (1, 1, 1)


class Alternating:
    """One call whose every step is asked of another web server than the one that gave it."""

    def __init__(self, service: InService, number: str, *servers: str) -> None:
        self._service, self._number, self._servers = service, number, list(servers)
        self.sid = f"CA{number.removeprefix('+'):0>32}"
        self._next = "/voice/incoming"

    def goes(self, **form: str) -> str:
        """The words of the next step. Raises AssertionError where the provider could not play them."""
        server = self._servers.pop(0)
        self._servers.append(server)
        fields = {"CallSid": self.sid, "AccountSid": self._service.secret("TWILIO_ACCOUNT_SID")}
        fields |= {"From": self._number, "To": CITY_NUMBER, "CallStatus": "in-progress", **form}
        signer = RequestValidator(self._service.secret("TWILIO_AUTH_TOKEN"))
        signed = {"X-Twilio-Signature": signer.compute_signature(self._service.web + self._next, fields)}
        answer = requests.post(server + self._next, data=fields, headers=signed, timeout=15)
        assert answer.status_code == 200, f"{server}{self._next}: {answer.status_code}"
        verbs, problems = parse(answer.text, Context.CALL)
        assert verbs, answer.text
        assert not problems, problems
        self._next = self._leads_to(answer.text)
        return answer.text

    def _leads_to(self, document: str) -> str:
        found = NEXT.findall(document)
        return unescape(found[-1]).removeprefix(self._service.web).partition("#")[0] if found else ""


def from_the_menu_to_a_promise(service: InService, number: str, *servers: str) -> None:
    """In another language than the one that is spoken where a step has lost what it carried."""
    call = Alternating(service, number, *servers)
    assert heard("sv")["greeting"] in call.goes()
    said = [call.goes(Digits=key) for key in KEYS]
    assert [document for document in said if 'language="sv-SE"' not in document or 'language="fi-FI"' in document] == []
    assert heard("sv")["goodbye"] in said[-1]
    with service.engine.connect() as record:
        made = text("SELECT state, language, topic FROM callback_request WHERE origin_call_sid = :sid")
        [row] = record.execute(made, {"sid": call.sid}).all()
    assert tuple(row) == ("requested", "sv", "parking")


def test_an_older_release_is_followed_by_todays(service: InService, place: Path, files: Path) -> None:
    is_followed(service, place, older_release(files), releases.todays(files / "newer"))


def test_from_todays_the_way_back_is_the_same(service: InService, place: Path, files: Path) -> None:
    """Where the record has not changed its shape between them."""
    is_followed(service, place, releases.todays(files / "today"), older_release_of_todays_record(files))


def test_one_that_changes_the_record_follows_and_leaves_no_way_back(
    service: InService, place: Path, files: Path
) -> None:
    """The older processes serve on a record on which that release would no longer begin."""
    today = releases.todays(files / "today")
    is_followed(service, place, today, releases.next_one(files / "newer"))
    newer = service.pids()
    back = service.followed_by(today)
    assert back.returncode == 1
    revision = releases.revision_after(known_revisions()[-1])
    assert f"at revision {revision}, which this release does not know" in back.stderr
    assert service.pids() == newer, "who serves, serves on"


def older_release(files: Path) -> Path:
    try:
        return releases.earlier(OLDER, files / "older")
    except releases.NoHistory as why:
        pytest.skip(f"this machine cannot make an older release: {why}")


def older_release_of_todays_record(files: Path) -> Path:
    """The older one's code, which begins on today's record: its tables are the same, an index has been added since."""
    older = older_release(files)
    shutil.copytree(ROOT / REVISIONS, older / REVISIONS, dirs_exist_ok=True)
    return older


def is_followed(service: InService, place: Path, older: Path, newer: Path) -> None:
    releases.put_in_place(older, place)
    service.begins()
    service.clock(TUESDAY_TEN, RATE)
    people = OnTheLine(service.agent("aino"), lambda number: service.resident(number, CITY_NUMBER))
    beside, before = service.another_web(older), service.pids()
    with Asking(f"{service.web}/healthz") as provider:
        done = service.followed_by(newer)
    assert done.returncode == 0, done.stdout + done.stderr + service.said()
    assert provider.refused == []
    after = service.pids()
    assert [name for name in before if before[name] == after[name]] == []
    people.goes_on()
    people.are_served()
    judged(service, place.parent / "run")
    from_the_menu_to_a_promise(service, "+358401000011", beside, service.web)
    from_the_menu_to_a_promise(service, "+358401000012", service.web, beside)
