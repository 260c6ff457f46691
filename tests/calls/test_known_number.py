"""A known number, and the number itself, as whole calls through real processes: in Finnish, Swedish and English.

One city serves them all; each scenario is judged by the checker when it is over.
"""

import re
from functools import cache

import pytest

from ivr.speech.announcements import load
from tests.rig.city import City
from tests.rig.fixtures import on_sqlite
from tests.rig.installation import CITY_NUMBER
from tests.rig.journeys import LANGUAGE_KEYS
from tests.rig.resident import PATIENCE, Resident
from tests.rig.waiting import until
from tests.rig.words import heard
from tests.support.services import sample_rules

pytestmark = on_sqlite
TUESDAY_TEN = "2026-11-24T10:00:00+02:00"
RATE = 20
CALLER, OTHER, FOREIGN = "+358401234567", "+358407654321", "+46701234567"
WITHHELD, LOOK_ALIKE = "anonymous", "+266696687"
HOUSING, PARKING, EMPLOYMENT = ("1", "1"), ("2", "3"), ("3", "5")
KEYS = {  # what is listened for, by its announcement: the words themselves are polished elsewhere
    "neutral": "known.told_neutral",
    "stands": "known.stands",
    "first_time": "offer.slot",
    "moved": "known.moved",
    "sure": "known.cancel_sure",
    "cancelled": "known.cancelled",
    "code": "code.ask",
    "wrong": "code.wrong",
    "yes": "check.yes",
    "no": "check.no",
    "elsewhere": "check.elsewhere",
    "too_many": "check.too_many",
    "same": "same.already",
    "person": "same.person",
    "hidden": "number.withheld",
    "foreign": "number.foreign",
    "keyed_same": "promise.stands",
    "text_cancelled": "sms.cancelled",
    "text_moved": "sms.moved",
}


@cache
def words_of(language: str) -> dict[str, str]:
    found = load().catalogues[language]
    sentences = {**found.announcements, **found.texts}
    pieces = {name: max(re.split(r"{[^}]*}", sentences[key]), key=len).strip() for name, key in KEYS.items()}
    about = sample_rules().topic("housing").about[language]
    told, promise = (sentences[key].partition("{")[0] + about for key in ("known.told", "promise.told"))
    return {**pieces, "known": told, "promise": promise, "topics": heard(language)["topics"]}


BOTH = pytest.mark.parametrize("language", ["fi", "sv"])


class Caller(Resident):
    """One who waits with the next key until her last one has been heard: a second one at once would be lost."""

    def press(self, digits: str) -> "Caller":
        before = self._questions()
        super().press(digits)
        until(lambda: self._moved_on(before), PATIENCE, self.story)
        return self

    def presses(self, *keys: str) -> "Caller":
        for key in keys:
            self.press(key)
        return self

    def hears(self, words: str, within: float = 60.0) -> "Caller":
        super().hears(words, within)
        return self

    def _questions(self) -> int:
        return sum(1 for event in self.view().events if event.kind == "gather")

    def _moved_on(self, before: int) -> bool:
        return self._questions() > before or not self.view().gathering


def rings(city: City, language: str = "fi", number: str = CALLER) -> Caller:
    shown = number if number.startswith("+") and number != LOOK_ALIKE else OTHER
    caller = Caller(city.lab, shown, CITY_NUMBER, lambda: city.rate)
    caller.number = number  # what the network shows of her, if anything
    caller.ring()
    return caller.hears(heard(language)["greeting"]).press(LANGUAGE_KEYS[language])


def promised(city: City, language: str = "fi", topic: tuple[str, ...] = HOUSING, number: str = CALLER) -> str:
    """A request of this number, made in a whole call; its id."""
    before = {row["id"] for row in city.sql("SELECT id FROM callback_request")}
    resident = rings(city, language, number).presses(*topic)
    resident.hears(words_of(language)["first_time"]).press("1").press("1").call_ends()
    [made] = [row["id"] for row in city.sql("SELECT id FROM callback_request") if row["id"] not in before]
    return str(made)


def row_of(city: City, request: str) -> dict[str, object]:
    return dict(city.one("SELECT * FROM callback_request WHERE id = :id", id=request))


def code_of(city: City, request: str) -> str:
    return str(row_of(city, request)["code"])


# --- kept, moved, cancelled, another -----------------------------------------------------------------------------


@BOTH
def test_a_known_number_keeps_moves_and_cancels_what_it_was_promised(city: City, language: str) -> None:
    city.clock(TUESDAY_TEN, RATE)
    words, request = words_of(language), promised(city, language)
    first = row_of(city, request)
    rings(city, language).hears(words["known"]).press("1").hears(words["stands"]).call_ends()
    assert row_of(city, request) == first
    mover = rings(city, language).hears(words["known"]).press("2")
    mover.hears(words["first_time"]).press("1").hears(words["moved"]).call_ends()
    moved = row_of(city, request)
    assert moved["window_start_at"] != first["window_start_at"]
    assert moved["state"] == "requested"
    assert moved["told"]
    mover.gets_message(words["text_moved"])
    leaver = rings(city, language).hears(words["known"]).press("3")
    leaver.hears(words["sure"]).press("1").hears(words["cancelled"]).call_ends()
    assert row_of(city, request)["state"] == "cancelled"
    leaver.gets_message(words["text_cancelled"])
    rings(city, language).hears(words["topics"]).hangs_up()


@BOTH
def test_another_matter_is_another_request_and_both_are_told(city: City, language: str) -> None:
    city.clock(TUESDAY_TEN, RATE)
    words, housing = words_of(language), promised(city, language)
    resident = rings(city, language).hears(words["known"]).press("4").hears(words["topics"])
    resident.presses(*PARKING).hears(words["first_time"]).press("3").press("1").call_ends()
    assert len(city.sql("SELECT id FROM callback_request WHERE state = 'requested'")) == 2
    again = rings(city, language).hears(words["known"]).press("5").hears(words["neutral"])
    again.press("3").hears(words["sure"]).press("1").hears(words["cancelled"]).call_ends()
    assert row_of(city, housing)["state"] == "requested"


# --- sensitive ---------------------------------------------------------------------------------------------------


@BOTH
def test_a_sensitive_matter_is_told_without_its_topic_and_moved_with_its_code(city: City, language: str) -> None:
    city.clock(TUESDAY_TEN, RATE)
    words, request = words_of(language), promised(city, language, EMPLOYMENT)
    first = row_of(city, request)
    resident = rings(city, language).hears(words["neutral"]).press("2").hears(words["code"])
    resident.press("000000#" if first["code"] != "000000" else "000001#").hears(words["wrong"])
    resident.press(f"{first['code']}#").hears(words["first_time"]).press("1").hears(words["moved"]).call_ends()
    assert row_of(city, request)["window_start_at"] != first["window_start_at"]
    told = " ".join(word.text for word in resident.transcript())
    secret = sample_rules().topic("employment")
    department = sample_rules().department(secret.department or "")
    for words_of_it in (secret.about, secret.spoken, department.spoken):
        assert words_of_it[language] not in told


# --- "did you ring me?" ------------------------------------------------------------------------------------------


@BOTH
def test_whoever_asks_whether_it_was_the_city_hears_the_truth_and_after_five_tries_later(
    city: City, language: str
) -> None:
    city.clock(TUESDAY_TEN, RATE)
    words, request = words_of(language), promised(city, language)
    code = code_of(city, request)
    wrong = "000000" if code != "000000" else "000001"
    resident = rings(city, language, OTHER).press("9").press(f"{code}#").hears(words["elsewhere"])
    for _ in range(4):
        resident.press("9").press(f"{wrong}#").hears(words["no"])
    resident.press("9").press(f"{code}#").hears(words["too_many"]).hangs_up()
    assert row_of(city, request)["state"] == "requested"
    assert len(city.sql("SELECT * FROM code_try")) == 5
    own = rings(city, language).press("4").press("9").press(f"{code}#").hears(words["yes"]).hears(words["known"])
    own.press("3").hears(words["sure"]).press("1").hears(words["cancelled"]).call_ends()
    assert row_of(city, request)["state"] == "cancelled"


# --- one telephone, two persons ----------------------------------------------------------------------------------


@BOTH
def test_another_person_on_the_same_telephone_has_a_promise_of_her_own(city: City, language: str) -> None:
    city.clock(TUESDAY_TEN, RATE)
    words = words_of(language)
    promised(city, language)
    joins = rings(city, language).hears(words["known"]).press("4").hears(words["topics"]).presses(*HOUSING)
    joins.hears(words["first_time"]).press("1").press("1").hears(words["same"]).press("1").call_ends()
    assert len(city.sql("SELECT id FROM callback_request")) == 1
    other = rings(city, language).hears(words["known"]).press("4").hears(words["topics"]).presses(*HOUSING)
    other.hears(words["first_time"]).press("1").press("1").hears(words["person"]).press("2")
    other.hears(words["promise"]).call_ends()
    assert [row["person"] for row in city.sql("SELECT person FROM callback_request ORDER BY person")] == [1, 2]


# --- numbers that cannot be rung ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "number"), [("fi", WITHHELD), ("sv", LOOK_ALIKE), ("fi", "sip:mallory@example.org"), ("sv", "")]
)
def test_a_withheld_number_is_asked_for_one_and_never_stored(city: City, language: str, number: str) -> None:
    city.clock(TUESDAY_TEN, RATE)
    words = words_of(language)
    resident = rings(city, language, number).presses(*HOUSING).hears(words["first_time"]).press("1")
    resident.hears(words["hidden"]).press("0405556667#").press("1").hears(words["promise"]).call_ends()
    assert [row["e164"] for row in city.sql("SELECT e164 FROM phone_number")] == ["+358405556667"]
    made = city.one("SELECT keyed_in, asked_by_number_id FROM callback_request")
    assert (bool(made["keyed_in"]), made["asked_by_number_id"]) == (True, None)


@BOTH
def test_a_foreign_number_is_not_rung_and_gives_a_finnish_one(city: City, language: str) -> None:
    city.clock(TUESDAY_TEN, RATE)
    words = words_of(language)
    resident = rings(city, language, FOREIGN).presses(*HOUSING).hears(words["first_time"]).press("1")
    resident.hears(words["foreign"]).press("3").press("0405556667#").press("1").hears(words["promise"]).call_ends()
    assert [row["e164"] for row in city.sql("SELECT e164 FROM phone_number")] == ["+358405556667"]


def test_a_keyed_in_number_hears_neutral_words_and_what_is_open_there_stays_hidden(city: City) -> None:
    city.clock(TUESDAY_TEN, RATE)
    request = promised(city)
    before = row_of(city, request)
    resident = rings(city, number=OTHER).presses(*HOUSING).hears(words_of("fi")["first_time"]).press("1")
    resident.press("2").press("0401234567#").press("1")
    resident.hears(words_of("fi")["keyed_same"]).call_ends()
    assert row_of(city, request) == before
    assert str(before["code"])[:3] not in " ".join(word.text for word in resident.transcript())
