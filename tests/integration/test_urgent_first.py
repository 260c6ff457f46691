"""Urgent goes before all caps: no sequence of requests by anybody refuses, joins or blocks an urgent one."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callbacks.making import Made, Making, SameOpen
from callbacks.model import Refused
from callbacks.service import Promises
from tests.support.known import NUMBER, TOPICS, gives, keyed, requests, wish
from tests.support.services import CITY, Town, empty_record
from tests.support.telephone import Telephone

VICTIM, HELPER = "0405556667", "+358409998877"
VICTIM_E164 = "+358405556667"
ODD = (  # withheld, look-alikes, what is no telephone, what the city never rings
    "", "anonymous", "Anonymous", "ANONYMOUS", "anonymous@anonymous.invalid", "restricted", "Restricted", "unknown",
    "Unavailable", "private", "+266696687", "266696687", "+86282452253", "+8656696", "+2562533", "+7378742833",
    "sip:anonymous@anonymous.invalid", "sip:+358401234567@example.org", "client:aino", "KUOPIO", "4PIZZA", CITY, "112",
    "+358112", "0600123456", "+358600123456", "+35870012345", "+358116117", "0200 12345", "+358", "+", "+0", "-1",
    "+3584012345678901", "1" * 200,
    "+358401234567,,600", "+358401234567;ext=9", "\u0660", "+358401234567 +358401234568",
)  # fmt: skip
FOREIGN = ("+46701234567", "+17378742833", "+442071234567", "+3725123456", "+79161234567", "+881612345678")


# --- urgent ------------------------------------------------------------------------------------------------------


def test_over_a_cap_an_urgent_caller_is_put_through_at_once(town: Town) -> None:
    for at in range(3):
        keyed(town, f"040555000{at}", number=HELPER)
    telephone = Telephone.at(town, number=HELPER, sid=town.new_sid())
    telephone.post("/voice/step/offer?lang=fi&n=o&t=water&try=1&v=1", Digits="*")
    assert "<Dial" in gives(telephone, "0405550009")
    assert len(requests(town)) == 3


@pytest.fixture(scope="module")
def busy_town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Everything asked in one example is still open in the next."""
    return Town.over(empty_record("sqlite", tmp_path_factory.mktemp("urgent")))


ASKERS = st.sampled_from([None, HELPER, "+358401110001", "+358401110002"])
NUMBERS = st.sampled_from([f"+35840555000{n}" for n in range(6)])
WISHES = st.tuples(ASKERS, NUMBERS, st.sampled_from([*TOPICS, "water", "street-faults"]), st.sampled_from([0, 1, 2]))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=st.lists(WISHES, max_size=12),
    asker=ASKERS,
    to=NUMBERS,
    person=st.sampled_from([0, 1, 2]),
    live=st.booleans(),
)
def test_no_sequence_of_requests_by_anybody_blocks_an_urgent_one(
    busy_town: Town, before: list[tuple[str | None, str, str, int]], asker: str | None, to: str, person: int, live: bool
) -> None:
    """A promise of its own, or a person at once where there is one: never a refusal, a question or somebody else's."""
    for one in before:
        ask(busy_town, *one)
    made = ask(busy_town, asker, to, "water", person, live)
    if made == Refused("live"):
        assert live
        return
    assert isinstance(made, Made)
    assert not made.joined
    assert busy_town.promise(made.request_id)["state"] == "requested"


def ask(
    town: Town, asker: str | None, to: str, topic: str, person: int, live: bool = False
) -> Made | SameOpen | Refused:
    made: Made | SameOpen | Refused = town.within(
        lambda tx: Making(Promises(town.services, tx, town.rules)).make(
            wish(town, topic, asker, tx, to, live=live, person=person)
        )
    )
    return made


def test_the_caps_were_met_by_others_meanwhile(busy_town: Town) -> None:
    """The property above is worth something only where other matters are refused."""
    refused = [ask(busy_town, None, f"+35840555000{n}", "daycare", 0) for n in range(6) for _ in range(3)]
    assert Refused("too_many") in refused


def test_an_urgent_matter_on_ones_own_telephone_is_a_request_each_time(town: Town) -> None:
    for count in range(1, 4):
        telephone = Telephone.at(town, number=NUMBER, sid=town.new_sid())
        telephone.post("/voice/step/offer?lang=fi&n=o&t=water&try=1&v=1", Digits="*")
        telephone.presses("1")
        assert "Soitamme" in telephone.presses("1")
        assert len(requests(town)) == count
