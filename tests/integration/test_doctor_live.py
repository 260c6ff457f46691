"""The doctor's trial calls: which number a telephone shows, and behaviours that the emulator assumes."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from adapters.places import ROOT
from ivr.doctor import live
from ivr.doctor.examine import account_of
from ivr.doctor.live import Behaviour, Trials
from ivr.doctor.words import Words
from ivr.speech.announcements import load as load_announcements
from routing_rules.document import parse
from tests.integration.doctor_rig import House
from tests.rig.installation import CITY_NUMBER

pytestmark = pytest.mark.long

MINE = "+358401234567"
RULES = parse((ROOT / "routing_rules" / "samples" / "kuopio.yaml").read_text(encoding="utf-8"))
SENTENCE = live.sentence(load_announcements(), RULES)


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with tempfile.TemporaryDirectory() as folder:
        built = House(Path(folder), ("emulator",)).start()
        yield built
        built.fleet.stop()


@pytest.fixture(autouse=True)
def _nothing_rings(house: House) -> None:
    assert requests.post(f"{house.installation.emulator}/lab/reset", json={}, timeout=10).ok


def behave(house: House, on_ring: str) -> None:
    place = f"{house.installation.emulator}/lab/phones/{MINE}/behaviour"
    assert requests.post(place, json={"on_ring": on_ring}, timeout=10).ok


def hurry(house: House) -> None:
    assert requests.post(f"{house.installation.emulator}/lab/clock", json={"rate": 20}, timeout=10).ok


def trials(house: House, answer: Callable[[str], str | None]) -> Trials:
    return Trials(account_of(house.settings), CITY_NUMBER, MINE, Words.load(), answer)


def row(name: str) -> Behaviour:
    return next(found for found in live.assumed() or () if found.id == name)


@pytest.mark.parametrize(
    ("typed", "level"), [("017 123 4567", "ok"), ("+1 415 555 0100", "fault"), ("", "fault"), (None, "ask")]
)
def test_the_number_that_a_telephone_showed_is_compared(house: House, typed: str | None, level: str) -> None:
    behave(house, "manual")
    asked: list[str] = []

    def answer(prompt: str) -> str | None:
        asked.append(prompt)
        return typed

    assert trials(house, answer).call_me(MINE).level == level
    assert MINE in asked[0]


def test_the_telephone_really_rings_and_shows_the_citys_number(house: House) -> None:
    behave(house, "manual")
    found = trials(house, lambda _: ringing(house)).call_me(MINE)
    assert (found.level, dict(found.values)["shown"]) == ("ok", CITY_NUMBER)


def ringing(house: House) -> str:
    """What the display says while it rings."""
    calls = requests.get(f"{house.installation.emulator}/lab/phones/{MINE}", timeout=10).json()["calls"]
    return str(
        requests.get(f"{house.installation.emulator}/lab/calls/{calls[0]['call_sid']}", timeout=10).json()["from"]
    )


def test_a_number_that_is_not_ours_to_show_is_a_fault(house: House) -> None:
    other = Trials(account_of(house.settings), "+358179999999", MINE, Words.load(), lambda _: "")
    assert (other.call_me(MINE).level, other.call_me(MINE).key) == ("fault", "call_me.not_placed")


def test_the_next_call_does_not_find_the_telephone_engaged(house: House) -> None:
    behave(house, "manual")
    trials(house, lambda _: "").call_me(MINE)
    calls = requests.get(f"{house.installation.emulator}/lab/phones/{MINE}", timeout=10).json()["calls"]
    assert [call["status"] for call in calls] in (["canceled"], ["completed"])


def test_who_is_not_there_and_who_declines_are_as_assumed(house: House) -> None:
    behave(house, "decline")
    rows = (row("client-unregistered"), row("declined"))
    assert [f.level for f in trials(house, lambda _: "").behaviours(rows, None)] == ["ok", "ok"]


def test_a_telephone_that_does_not_decline_is_told_as_seen(house: House) -> None:
    behave(house, "answer")
    (found,) = trials(house, lambda _: "").behaviours((row("declined"),), None)
    assert found.level == "warning"
    assert dict(found.values)["seen"] == "completed"


def test_speaking_time_is_measured(house: House) -> None:
    behave(house, "answer")
    hurry(house)
    (found,) = trials(house, lambda _: "").behaviours((row("speaking-time"),), SENTENCE)
    assert found.level == "ok", found


def test_what_cannot_be_tried_safely_is_asked_in_the_lists_own_words(house: House) -> None:
    rows = live.assumed()
    assert rows is not None
    assert len(rows) > 20
    tried = {"client-unregistered", "declined", "speaking-time"}
    asked = tuple(r for r in rows if r.id not in tried)
    findings = list(trials(house, lambda _: None).behaviours(asked, None))
    assert {f.level for f in findings} == {"ask"}
    assert [dict(f.values)["does"] for f in findings] == [r.does for r in asked]


def test_the_command_asks_at_the_terminal_and_lists_every_assumption(house: House) -> None:
    behave(house, "manual")
    told = house.doctor("--call-me", MINE, "--live", typed="0171234568\n")
    assert told.code == 1
    assert "0171234568" in told.all("fault", "call_me")[0]
    assert MINE in told.errors
    said = "\n".join(told.lines)
    assert all(f" {r.id}" in said for r in live.assumed() or ())


def test_the_list_is_not_on_every_machine(tmp_path: Path) -> None:
    assert live.assumed(tmp_path / "behaviours.yaml") is None
