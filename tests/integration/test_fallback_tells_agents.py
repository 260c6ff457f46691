"""No answer to an agent's accept was heard: the fallback connects her, where somebody is still to be met."""

import pytest

from adapters.schema import receipt
from tests.support.services import BASE, Town
from tests.support.telephone import Telephone

LEG, RESIDENTS_LEG = "CA" + "a" * 32, "CA" + "b" * 32


def lost_accept(town: Town, token: str, path: str = "ring", leg: str = LEG, **form: str) -> str:
    """Three tries that nobody hears, as the provider sends them; what they said."""
    telephone = Telephone.at(town, sid=leg)
    answers = {telephone.send(f"/voice/agent/{path}?k={token}", **form).get_data(as_text=True) for _ in range(3)}
    assert len(answers) == 1
    return answers.pop()


def fallback(town: Town, token: str, path: str = "ring", leg: str = LEG) -> str:
    failed = f"{BASE}/voice/agent/{path}?k={token}#rc=2&rp=ct,rt,5xx"
    return Telephone.at(town, sid=leg).post("/voice/fallback", ErrorUrl=failed, ErrorCode="11200")


def test_who_accepted_a_caller_is_led_into_the_room_where_the_caller_is(town: Town) -> None:
    """Hung up on, she would leave the caller alone there, let go after a while as if they had talked."""
    town.agent("aino")
    line = town.caller()
    token = town.offered("aino")
    answer = lost_accept(town, token)
    town.act(lambda c: c.caller_joined(line))
    town.clock.pass_(seconds=45)
    assert "<Conference" in answer
    assert fallback(town, token) == answer
    assert town.stay(line)["state"] == "talking"


def test_who_accepted_before_the_caller_has_come_is_led_there_too(town: Town) -> None:
    town.agent("aino")
    line = town.caller()
    token = town.offered("aino")
    answer = lost_accept(town, token)
    assert fallback(town, token) == answer
    assert town.ordered("bring_caller") == [token]
    assert town.stay(line)["state"] == "bridging"


def test_who_accepted_a_callback_on_her_own_telephone_dials_the_resident_once(town: Town) -> None:
    town.agent("aino", telephone="+358401112233")
    request = town.request()
    token = town.offered("aino")
    answer = lost_accept(town, token, "accept", Digits="1")
    assert "<Number" in answer
    assert fallback(town, token, "accept") == answer
    assert town.promise(request)["attempts"] == 1


def test_a_resident_whose_telephone_has_rung_is_not_rung_by_it(town: Town) -> None:
    town.agent("aino")
    town.request()
    token = town.offered("aino")
    lost_accept(town, token)
    ringing = {"CallStatus": "ringing", "SequenceNumber": "1"}
    Telephone.at(town, sid=RESIDENTS_LEG).send(f"/voice/leg?k={token}&w=resident", **ringing)
    assert "<Dial" not in fallback(town, token)


def test_nor_by_a_leg_that_is_known_to_be_over(town: Town) -> None:
    """From then on the ring is looked for, and handed to a person: no machine dials."""
    town.agent("aino")
    town.request()
    token = town.offered("aino")
    lost_accept(town, token)
    town.act(lambda c: c.agent_leg_ended(token, "completed"))
    assert "<Dial" not in fallback(town, token)


def test_nor_once_the_request_is_a_persons_to_decide(town: Town) -> None:
    town.agent("aino")
    town.request()
    token = town.offered("aino")
    lost_accept(town, token)
    town.act(lambda c: c.needs_human(token))
    assert "<Dial" not in fallback(town, token)


def test_where_the_caller_has_hung_up_nobody_is_led_into_an_empty_room(town: Town) -> None:
    town.agent("aino")
    line = town.caller()
    token = town.offered("aino")
    lost_accept(town, token)
    town.act(lambda c: c.caller_hung_up(line))
    assert "<Dial" not in fallback(town, token)


def test_another_leg_is_told_nothing(town: Town) -> None:
    town.agent("aino")
    town.request()
    token = town.offered("aino")
    lost_accept(town, token)
    assert "<Dial" not in fallback(town, token, leg="CA" + "c" * 32)


@pytest.mark.parametrize("path", ["ring", "accept"])
def test_what_was_not_accepted_is_not_accepted_by_it(town: Town, path: str) -> None:
    town.agent("aino", telephone="+358401112233")
    request = town.request()
    token = town.offered("aino")
    assert "<Dial" not in fallback(town, token, path)
    assert town.promise(request)["attempts"] == 0
    assert town.every(receipt) == []
