"""A release whose record is older, with calls on the line: today's brings the record forward beside it, both answer for
a while, turn by turn, and the older one goes. Real processes of both; a real migration of what the older one wrote.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path

import pytest

from adapters.migrate import known_revisions
from tests.chaos.city import BUSY, HOUSING
from tests.rig import releases
from tests.rig.on_the_line import RATE, TUESDAY_TEN, OnTheLine
from tests.rig.resident import Resident
from tests.rig.two_releases import THE_OLDER, TODAYS, TwoReleases
from tests.rig.words import heard
from tests.support.postgres import fresh_database

# The last state whose record was at revision 0005 (23 November 2026, eight in the morning). It knows no make upgrade.
OLDER, REVISION = "78143d797102470324ee605a2aa7c0fb3a608921", "0005"


@pytest.fixture(params=["sqlite", "postgresql"])
def both(request: pytest.FixtureRequest, files: Path) -> Iterator[TwoReleases]:
    try:
        older = releases.earlier(OLDER, files / "older")
    except releases.NoHistory as why:
        pytest.skip(f"this machine cannot make an older release: {why}")
    rules = files / "rules.yaml"
    sample = (older / "routing_rules" / "samples" / "kuopio.yaml").read_text(encoding="utf-8")
    assert sample.count(HOUSING) == 1
    rules.write_text(sample.replace(HOUSING, BUSY), encoding="utf-8")
    root = Path(tempfile.mkdtemp(prefix="onenumber-"))  # sockets' paths must be short
    url = fresh_database() if request.param == "postgresql" else f"sqlite:///{root / 'service.db'}"
    city = TwoReleases(root, url, older, rules)
    try:
        yield city.start()
    finally:
        city.stop()
        shutil.rmtree(root, ignore_errors=True)


def test_a_record_of_an_older_shape_is_brought_forward_under_calls(both: TwoReleases) -> None:
    assert both.revision() == REVISION
    both.clock(TUESDAY_TEN, RATE)
    people = OnTheLine(both.agent("aino"), both.resident)
    both.todays_comes()
    assert both.revision() == known_revisions()[-1]
    people.goes_on()
    later = [from_step_to_step(both, "+358401000004", TODAYS), from_step_to_step(both, "+358401000005", THE_OLDER)]
    both.older_goes()
    people.goes_on()
    people.are_served(*later)
    both.judged()


def from_step_to_step(both: TwoReleases, number: str, begins: int) -> Resident:
    """To a promise, in Swedish; each step is asked of the other release than the one that gave it."""
    resident, words, answering = both.resident(number), heard("sv"), cycle((begins, 1 - begins))

    def asks(what: Callable[[], object], said: str) -> None:
        both.balanced(without=1 - next(answering))
        what()
        resident.hears(said)

    asks(resident.ring, words["greeting"])
    asks(lambda: resident.press("2"), words["topics"])
    asks(lambda: resident.press("1"), words["housing"])
    asks(lambda: resident.press("1").is_in_line(), words["callback_offer"])
    asks(lambda: resident.press("1"), words["number_right"])
    asks(lambda: resident.press("1"), words["promise"])
    both.balanced()
    return resident.hears(words["goodbye"]).call_ends()
