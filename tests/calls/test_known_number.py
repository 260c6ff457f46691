"""A known number, and the number itself, as whole calls through real processes: in Finnish, Swedish and English.

One city serves them all; each scenario is judged by the checker when it is over.
"""

import pytest

from tests.rig.city import City
from tests.rig.fixtures import on_sqlite
from tests.rig.journeys import LANGUAGE_KEYS
from tests.rig.resident import Resident
from tests.rig.words import heard

pytestmark = on_sqlite
TUESDAY_TEN = "2026-11-24T10:00:00+02:00"
RATE = 20
CALLER, OTHER, FOREIGN = "+358401234567", "+358407654321", "+46701234567"
WITHHELD, LOOK_ALIKE = "anonymous", "+266696687"
HOUSING, PARKING, EMPLOYMENT = "11", "23", "35"
WORDS = {
    "fi": {
        "known": "Olemme luvanneet soittaa sinulle asumiseen liittyvästä asiastasi",
        "neutral": "Olemme luvanneet soittaa sinulle",
        "stands": "Soittopyyntösi on voimassa",
        "first_time": "Jos haluat, että soitamme sinulle",
        "moved": "Aikasi on siirretty. Soitamme sinulle",
        "sure": "Jos haluat varmasti perua soiton, paina yksi",
        "cancelled": "Soittopyyntösi on peruttu",
        "code": "kuusinumeroinen varmistusnumero",
        "wrong": "Varmistusnumero ei täsmää",
        "yes": "Kyllä. Tämä varmistusnumero on kaupungin antama",
        "no": "Ei. Tämä varmistusnumero ei ole kaupungin antama",
        "too_many": "liian monta kertaa",
        "same": "Sinulla on jo soittopyyntö tästä asiasta",
        "person": "toisen henkilön, joka käyttää tätä puhelinta, paina kaksi",
        "promise": "Soitamme asumiseen liittyvästä asiastasi",
        "foreign": "Emme voi soittaa ulkomaiseen numeroon",
        "hidden": "Numerosi ei näy meille",
        "topics": "Asuminen, rakentaminen ja vesi",
        "text_cancelled": "soittopyyntösi on peruttu",
        "text_moved": "aikasi on siirretty",
    },
    "sv": {
        "known": "Vi har lovat ringa dig om ditt boendeärende",
        "neutral": "Vi har lovat ringa dig",
        "stands": "Din begäran om samtal gäller",
        "first_time": "Om du vill att vi ringer dig",
        "moved": "Din tid har flyttats. Vi ringer dig",
        "sure": "Om du säkert vill avboka samtalet, tryck ett",
        "cancelled": "Samtalet är avbokat",
        "code": "sexsiffriga kontrollnumret",
        "wrong": "Kontrollnumret stämmer inte",
        "yes": "Ja. Det här kontrollnumret är stadens",
        "no": "Nej. Det här kontrollnumret är inte stadens",
        "too_many": "för många gånger",
        "same": "Du har redan en begäran om samtal i det här ärendet",
        "person": "en annan person som använder den här telefonen, tryck två",
        "promise": "Vi ringer dig om ditt boendeärende",
        "foreign": "Vi kan inte ringa till ett utländskt nummer",
        "hidden": "Vi ser inte ditt nummer",
        "topics": "Boende, byggande och vatten",
        "text_cancelled": "samtalet till dig är avbokat",
        "text_moved": "din tid har flyttats",
    },
}
BOTH = pytest.mark.parametrize("language", ["fi", "sv"])


def rings(city: City, language: str = "fi", number: str = CALLER) -> Resident:
    resident = city.resident(number) if number.startswith("+") and number != LOOK_ALIKE else nameless(city, number)
    return resident.ring().hears(heard(language)["greeting"]).press(LANGUAGE_KEYS[language])


def nameless(city: City, number: str) -> Resident:
    """Somebody whose number the network does not show."""
    resident = city.resident(OTHER)
    resident.number = number
    return resident


def presses(resident: Resident, keys: str) -> Resident:
    """Each key at a menu of its own."""
    for key in keys:
        resident.press(key)
    return resident


def promised(city: City, language: str = "fi", topic: str = HOUSING, number: str = CALLER) -> str:
    """A request of this number, made in a whole call; its id."""
    before = {row["id"] for row in city.sql("SELECT id FROM callback_request")}
    resident = presses(rings(city, language, number), topic)
    resident.hears(WORDS[language]["first_time"]).press("1").press("1").call_ends()
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
    words, request = WORDS[language], promised(city, language)
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
    words, housing = WORDS[language], promised(city, language)
    resident = rings(city, language).hears(words["known"]).press("4").hears(words["topics"])
    presses(resident, PARKING).hears(words["first_time"]).press("3").press("1").call_ends()
    assert len(city.sql("SELECT id FROM callback_request WHERE state = 'requested'")) == 2
    again = rings(city, language).hears(words["known"]).press("5").hears(words["neutral"])
    again.press("3").hears(words["sure"]).press("1").hears(words["cancelled"]).call_ends()
    assert row_of(city, housing)["state"] == "requested"


# --- sensitive ---------------------------------------------------------------------------------------------------


@BOTH
def test_a_sensitive_matter_is_told_without_its_topic_and_moved_with_its_code(city: City, language: str) -> None:
    city.clock(TUESDAY_TEN, RATE)
    words, request = WORDS[language], promised(city, language, EMPLOYMENT)
    first = row_of(city, request)
    resident = rings(city, language).hears(words["neutral"]).press("2").hears(words["code"])
    resident.press("000000#" if first["code"] != "000000" else "000001#").hears(words["wrong"])
    resident.press(f"{first['code']}#").hears(words["first_time"]).press("1").hears(words["moved"]).call_ends()
    assert row_of(city, request)["window_start_at"] != first["window_start_at"]
    told = " ".join(word.text.lower() for word in resident.transcript())
    assert "työ" not in told
    assert "arbet" not in told
    assert "sysselsätt" not in told


# --- "did you ring me?" ------------------------------------------------------------------------------------------


@BOTH
def test_whoever_asks_whether_it_was_the_city_hears_yes_or_no_and_after_five_tries_later(
    city: City, language: str
) -> None:
    city.clock(TUESDAY_TEN, RATE)
    words, request = WORDS[language], promised(city, language)
    code = code_of(city, request)
    wrong = "000000" if code != "000000" else "000001"
    resident = rings(city, language, OTHER).press("9").press(f"{code}#").hears(words["yes"])
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
    words = WORDS[language]
    promised(city, language)
    joins = presses(rings(city, language).hears(words["known"]).press("4").hears(words["topics"]), HOUSING)
    joins.hears(words["first_time"]).press("1").press("1").hears(words["same"]).press("1").call_ends()
    assert len(city.sql("SELECT id FROM callback_request")) == 1
    other = presses(rings(city, language).hears(words["known"]).press("4").hears(words["topics"]), HOUSING)
    other.hears(words["first_time"]).press("1").press("1").hears(words["person"]).press("2")
    other.hears(words["promise"]).call_ends()
    assert [row["person"] for row in city.sql("SELECT person FROM callback_request ORDER BY person")] == [1, 2]


# --- numbers that cannot be rung ---------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("number", [WITHHELD, LOOK_ALIKE, "sip:mallory@example.org", ""])
def test_a_withheld_number_is_asked_for_one_and_never_stored(city: City, language: str, number: str) -> None:
    city.clock(TUESDAY_TEN, RATE)
    words = WORDS[language]
    resident = presses(rings(city, language, number), HOUSING).hears(words["first_time"]).press("1")
    resident.hears(words["hidden"]).press("0405556667#").press("1").hears(words["promise"]).call_ends()
    assert [row["e164"] for row in city.sql("SELECT e164 FROM phone_number")] == ["+358405556667"]
    made = city.one("SELECT keyed_in, asked_by_number_id FROM callback_request")
    assert (bool(made["keyed_in"]), made["asked_by_number_id"]) == (True, None)


@BOTH
def test_a_foreign_number_is_not_rung_and_gives_a_finnish_one(city: City, language: str) -> None:
    city.clock(TUESDAY_TEN, RATE)
    words = WORDS[language]
    resident = presses(rings(city, language, FOREIGN), HOUSING).hears(words["first_time"]).press("1")
    resident.hears(words["foreign"]).press("3").press("0405556667#").press("1").hears(words["promise"]).call_ends()
    assert [row["e164"] for row in city.sql("SELECT e164 FROM phone_number")] == ["+358405556667"]


def test_a_keyed_in_number_hears_neutral_words_and_what_is_open_there_stays_hidden(city: City) -> None:
    city.clock(TUESDAY_TEN, RATE)
    request = promised(city)
    before = row_of(city, request)
    resident = presses(rings(city, number=OTHER), HOUSING).hears(WORDS["fi"]["first_time"]).press("1")
    resident.press("2").press("0401234567#").press("1")
    resident.hears("Tähän numeroon on jo soittopyyntö samasta asiasta").call_ends()
    assert row_of(city, request) == before
    assert str(before["code"])[:3] not in " ".join(word.text for word in resident.transcript())
