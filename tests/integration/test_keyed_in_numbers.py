"""Numbers that are keyed in, or cannot be rung: what is refused, what is hidden; urgent goes before all caps."""

from datetime import UTC, datetime

import pytest

from adapters.schema import call_draft, callback_request, phone_number
from callbacks.making import Making
from callbacks.model import Refused
from callbacks.service import Promises
from tests.support.known import NUMBER, asks, call, events, gives, keyed, reaches, requests, unreached, wish
from tests.support.services import CITY, Town, empty_record
from tests.support.telephone import Telephone

VICTIM, HELPER = "0405556667", "+358409998877"
VICTIM_E164 = "+358405556667"
LAST_CLOSES = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)  # 22.00 in Helsinki, the extended-hours desk's too
ODD = (  # withheld, look-alikes, what is no telephone, what the city never rings
    "", "anonymous", "Anonymous", "ANONYMOUS", "anonymous@anonymous.invalid", "restricted", "Restricted", "unknown",
    "Unavailable", "private", "+266696687", "266696687", "+86282452253", "+8656696", "+2562533", "+7378742833",
    "sip:anonymous@anonymous.invalid", "sip:+358401234567@example.org", "client:aino", "KUOPIO", "4PIZZA", CITY, "112",
    "+358112", "0600123456", "+358600123456", "+35870012345", "+358116117", "0200 12345", "+358", "+", "+0", "-1",
    "+3584012345678901", "1" * 200,
    "+358401234567,,600", "+358401234567;ext=9", "\u0660", "+358401234567 +358401234568",
)  # fmt: skip
FOREIGN = ("+46701234567", "+17378742833", "+442071234567", "+3725123456", "+79161234567", "+881612345678")


# --- numbers that cannot be rung ----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ODD)
def test_an_odd_number_is_withheld_and_never_stored(town_of_this_file: Town, number: str) -> None:
    town = town_of_this_file
    telephone = call(town, number)
    assert "/step/topic" in telephone.next_url()
    reaches(telephone, "housing")
    telephone.presses("1")
    assert "/step/key-number" in telephone.next_url()
    stored = {row["e164"] for row in town.every(phone_number)}
    assert stored <= {VICTIM_E164}
    gives(telephone, VICTIM)
    assert {row["e164"] for row in town.every(phone_number)} == {VICTIM_E164}


@pytest.mark.parametrize("number", FOREIGN)
@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("1", "Emme voi soittaa ulkomaiseen numeroon."),
        ("2", "Vi kan inte ringa till ett utländskt nummer."),
        ("3", "We cannot ring a foreign number."),
    ],
)
def test_a_foreign_caller_has_other_ways(town_of_this_file: Town, number: str, language: str, told: str) -> None:
    town = town_of_this_file
    telephone = call(town, number, language)
    reaches(telephone, "housing")
    assert told in telephone.presses("1")
    assert "/step/other-ways" in telephone.next_url()
    assert number not in {row["e164"] for row in town.every(phone_number)}


def test_a_foreign_caller_waits_in_the_line_speaks_or_gives_a_finnish_number(town: Town) -> None:
    wait, speak, give = (call(town, FOREIGN[0]) for _ in range(3))
    for telephone in (wait, speak, give):
        reaches(telephone, "housing")
        telephone.presses("1")
    assert "odottaa jonossa" not in wait.heard[-1]
    town.agent("aino", languages=("fi",))
    wait.presses("*")
    assert "odottaa jonossa, paina yksi" in wait.heard[-1]
    assert "<Enqueue" in wait.presses("1")
    assert "<Record" in speak.presses("2")
    give.presses("3")
    assert "Soitamme" in gives(give, VICTIM)
    assert [row["e164"] for row in town.every(phone_number)] == [VICTIM_E164]


@pytest.mark.parametrize("keys", ["", "5", "1234", "1" * 32, "5" * 500, "*", "0" * 20, "112", "0600123456", "0035840"])
def test_keys_that_are_no_number_promise_nothing_and_leave_a_way(town: Town, keys: str) -> None:
    telephone = call(town, "anonymous")
    reaches(telephone, "housing")
    telephone.presses("1")
    for _ in range(4):
        if "<Hangup" not in telephone.heard[-1]:
            telephone.presses(keys)
    assert town.every(callback_request) == []
    assert town.every(call_draft) == []
    assert "<Gather" in telephone.heard[-1] or "yksi yksi kaksi" in telephone.heard[-1]


@pytest.mark.parametrize("keys", ["0405556667", "00358405556667", "358405556667"])
def test_every_spelling_of_a_keyed_in_number_is_the_same_number(town: Town, keys: str) -> None:
    keyed(town, keys)
    assert [row["e164"] for row in town.every(phone_number)] == [VICTIM_E164]
    assert [row["keyed_in"] for row in requests(town)] == [True]


def test_nought_leads_from_the_keys_to_a_person(town: Town) -> None:
    town.agent("neuvoja", desks=("advice",))
    telephone = call(town, "anonymous")
    reaches(telephone, "housing")
    telephone.presses("1")
    assert "<Enqueue" in telephone.presses("0")


def test_who_keys_in_the_number_she_rings_from_has_given_her_own(town: Town) -> None:
    keyed(town, "0401234567", number=NUMBER)
    [made] = requests(town)
    assert (made["keyed_in"], made["asked_by_number_id"]) == (False, None)


# --- what a keyed-in number betrays ------------------------------------------------------------------------------


def test_an_open_request_of_a_keyed_in_number_is_neither_told_nor_touched(town: Town) -> None:
    request = asks(town, number=VICTIM_E164)
    before = town.promise(request)
    telephone = keyed(town, VICTIM, number=HELPER)
    assert "Tähän numeroon on jo soittopyyntö samasta asiasta. Se on voimassa." in telephone.heard[-1]
    for hidden in (before["code"], "Varmistusnumerosi", "Soitamme sinulle"):
        assert hidden not in telephone.heard[-1]
    assert town.promise(request) == before
    assert len(requests(town)) == 1


def test_a_sensitive_request_of_a_keyed_in_number_is_not_betrayed(town: Town) -> None:
    request = asks(town, "employment", number=VICTIM_E164)
    before = town.promise(request)
    telephone = keyed(town, VICTIM, number=HELPER, topic="employment")
    assert "jo soittopyyntö" not in telephone.heard[-1]
    assert [row["person"] for row in requests(town)] == [1, 2]
    assert town.promise(request) == before


def test_who_keyed_it_in_herself_is_told(town: Town) -> None:
    keyed(town, VICTIM, number=HELPER)
    telephone = keyed(town, VICTIM, number=HELPER)
    assert "Sinulla on jo soittopyyntö samasta asiasta." in telephone.heard[-1]
    assert len(requests(town)) == 1


# --- caps --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "told"), [("1", "Emme voi nyt ottaa vastaan"), ("2", "Vi kan inte ta emot")])
def test_three_numbers_a_day_from_one_telephone(town: Town, language: str, told: str) -> None:
    for at in range(3):
        keyed(town, f"040555000{at}", number=HELPER)
    fourth = keyed(town, "0405550009", number=HELPER, language=language)
    assert told in fourth.heard[-1]
    assert "/step/other-ways" in fourth.next_url()
    assert len(requests(town)) == 3
    assert "+358405550009" not in {row["e164"] for row in town.every(phone_number)}
    again = keyed(town, "0405550000", number=HELPER, topic="parking")  # a number given before is no further one
    assert "Soitamme" in again.heard[-1]
    town.clock.pass_(minutes=24 * 60 + 1)
    assert "Soitamme" in keyed(town, "0405550009", number=HELPER).heard[-1]


def test_two_open_requests_for_one_number_that_others_key_in(town: Town) -> None:
    for topic, number in (("housing", "anonymous"), ("parking", HELPER)):
        keyed(town, VICTIM, number=number, topic=topic)
    for number in ("anonymous", "+266696687", FOREIGN[0], "+358401112223"):
        telephone = call(town, number)
        reaches(telephone, "daycare")
        telephone.presses("1")
        if "/step/other-ways" in telephone.next_url():
            telephone.presses("3")
        assert "Emme voi nyt ottaa vastaan" in gives(telephone, VICTIM)
    assert len(requests(town)) == 2
    asks(town, "daycare", number=VICTIM_E164)  # her own telephone is not held by what others did
    assert len(requests(town)) == 3


def test_the_other_ways_of_who_met_a_cap(town: Town) -> None:
    for at in range(3):
        keyed(town, f"040555000{at}", number=HELPER)
    telephone = keyed(town, "0405550009", number=HELPER)
    telephone.presses("3")
    telephone.presses("0405550001")
    assert "Soitamme" in telephone.presses("1") or "jo soittopyyntö" in telephone.heard[-1]
    other = keyed(town, "0405550009", number=HELPER)
    assert "<Record" in other.presses("2")


def test_many_who_want_one_telephone_to_ring_get_one_request_a_topic(town: Town) -> None:
    for at in range(12):
        keyed(town, VICTIM, number="anonymous" if at % 2 else f"+35840111000{at}")
    assert len(requests(town)) == 1


def test_an_unreached_request_is_not_started_anew_by_others(town: Town) -> None:
    request = unreached(town, number=VICTIM_E164)
    rung = events(town, request)
    made = town.within(lambda tx: Making(Promises(town.services, tx, town.rules)).make(wish(town, "housing", None)))
    assert made == Refused("too_many")
    assert events(town, request) == rung


@pytest.fixture(scope="module")
def town_of_this_file(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return Town.over(empty_record("sqlite", tmp_path_factory.mktemp("numbers")))


def test_a_number_that_was_not_confirmed_is_not_the_one_promised_at_closing_time(town: Town) -> None:
    """A wrong number is keyed in, nought leads back into the line, and the last desk closes."""
    town.agent("aino", desks=("housing", "extended"))
    telephone = call(town)
    reaches(telephone, "housing")
    wait, left = telephone.wait_url(), telephone.next_url()
    telephone.post(wait, Digits="1")
    telephone.post(left, QueueResult="leave")
    for keys in ("2", "0409998887", "0"):
        telephone.presses(keys)
    assert "Paikkasi säilyy." in telephone.heard[-1]
    assert_rung_at_closing_time(town, telephone)


def test_nor_is_one_that_was_keyed_in_before_the_line(town: Town) -> None:
    telephone = call(town)
    reaches(telephone, "housing")
    town.agent("aino", desks=("advice", "extended"))
    for keys in ("1", "2", "0409998887", "0"):
        telephone.presses(keys)
    assert_rung_at_closing_time(town, telephone)


def assert_rung_at_closing_time(town: Town, telephone: Telephone) -> None:
    """The caller's own number, told as it is."""
    wait, left = telephone.wait_url(), telephone.next_url()
    town.clock.business = LAST_CLOSES
    telephone.post(wait)
    told = telephone.post(left, QueueResult="leave")
    assert "Soitamme numeroon nolla neljä nolla, yksi kaksi kolme" in told
    assert {row["e164"] for row in town.every(phone_number)} == {NUMBER}
