""" "Did the city ring me?" after everything that happens to a promise: the record's answer, and no more."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from adapters.schema import agent, phone_number
from desks import service, wishes
from desks.supervision import deeds as supervision
from desks.supervision.choices import choices
from desks.supervision.deeds import NewTime
from desks.talk import on_behalf
from desks.talk.on_behalf import Spoken
from tests.support.known import NUMBER, asks, call
from tests.support.services import Town

OTHERS = "+358409998877"
KEYED, KEYED_E164 = "050 765 4321", "+358507654321"
HELSINKI = ZoneInfo("Europe/Helsinki")
YES, NO, ELSEWHERE = "Kyllä.", "Ei. Tämä varmistusnumero ei ole", "annettu toiseen puhelinnumeroon"
PROMISED = "Olemme luvanneet soittaa sinulle"


@pytest.fixture
def sirpa(town: Town) -> str:
    name = town.agent("sirpa", ("housing", "advice"), ("fi", "sv"))
    town.within(lambda tx: tx.connection.execute(update(agent).where(agent.c.id == name).values(role="supervisor")))
    service.set_presence(town.services, name, "offline")  # she decides, and rings nobody
    return name


def asked(town: Town, number: str, code: str) -> str:
    """What a caller hears who rings from this number and keys in this code."""
    telephone = call(town, number)
    if "/step/known" in telephone.next_url():
        telephone.presses("4")
    telephone.presses("9")
    return telephone.presses(code)


def window_in(words: str) -> str:
    """The time as it was told: all after whose matter it is."""
    return words.partition("asiastasi ")[2].partition(".")[0]


def code_of(town: Town, request: str) -> str:
    return str(town.promise(request)["code"])


# --- promised by an agent on somebody's behalf -------------------------------------------------------------------


def on_the_line(town: Town) -> tuple[str, str]:
    """A caller who talks with Aino: the offer's token, the number she rings from."""
    town.agent("aino", desks=("advice", "housing"), languages=("fi", "sv"))
    line = town.caller("general", "fi", "advice")
    token = town.offered("aino")
    town.accept(token)
    town.act(lambda c: c.caller_joined(line))
    return token, str(town.one(phone_number, id=town.stay(line)["number_id"])["e164"])


def promised(town: Town, token: str, number: str = "") -> Spoken:
    times = on_behalf.times(town.services, "aino", token, "housing")
    assert times
    made = on_behalf.promise(town.services, "aino", token, "housing", times[0].code, number)
    assert isinstance(made, Spoken), made
    return made


def test_the_code_an_agent_read_aloud_is_the_citys_while_they_talk_and_after(town: Town) -> None:
    token, hers = on_the_line(town)
    made = promised(town, token)
    for _ in range(2):
        answer = asked(town, hers, made.code)
        assert YES in answer
        assert f"{PROMISED} asumiseen liittyvästä asiastasi {window_in(made.words)}." in answer
        service.note_outcome(town.services, "aino", token, "done")


def test_a_promise_to_another_number_is_confirmed_there_and_not_to_who_asked_for_it(town: Town) -> None:
    token, hers = on_the_line(town)
    made = promised(town, token, KEYED)
    assert YES in asked(town, KEYED_E164, made.code)
    for number in (hers, OTHERS, "anonymous"):
        answer = asked(town, number, made.code)
        assert ELSEWHERE in answer
        assert YES not in answer
        assert window_in(made.words) not in answer


# --- another desk, another agent ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("desk", "owner"), [("advice", None), ("housing", "aino")])
def test_after_a_matter_was_given_to_others_code_and_time_are_the_same(
    town: Town, sirpa: str, desk: str, owner: str | None
) -> None:
    request = asks(town)
    town.agent("aino")
    before = asked(town, NUMBER, code_of(town, request))
    assert supervision.reassign(town.services, sirpa, request, desk, owner, "ruuhka") is True
    answer = asked(town, NUMBER, code_of(town, request))
    assert YES in answer
    assert told_in(answer) == told_in(before) != ""
    for name in (town.rules.department("advice").spoken["fi"], "aino", "Aino"):
        assert name not in answer, "who rings is not told to whoever holds the telephone"


def test_while_the_new_agent_rings_the_answer_is_that_we_ring_now(town: Town, sirpa: str) -> None:
    request = town.request()
    number = str(town.one(phone_number, id=town.promise(request)["number_id"])["e164"])
    assert supervision.reassign(town.services, sirpa, request, "advice", None, "ruuhka") is True
    town.agent("bertil", desks=("advice",))
    town.accept(town.offered("bertil"))
    answer = asked(town, number, code_of(town, request))
    assert YES in answer
    assert "Soitamme sinulle juuri nyt." in answer


def told_in(answer: str) -> str:
    """The time that an answer tells."""
    return window_in(answer.partition(PROMISED)[2])


# --- another time ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("told", [True, False])
def test_after_a_supervisor_moved_it_the_new_time_alone_is_told(town: Town, sirpa: str, told: bool) -> None:
    request = asks(town)
    code, before = code_of(town, request), told_in(asked(town, NUMBER, code_of(town, request)))
    found = choices(town.services, request, "fi")
    assert found is not None
    slot = next(one.code for one in found.times if one.room is not None)
    assert supervision.change_window(town.services, sirpa, request, NewTime(slot, told, False, "pyysi")) is True
    assert_new_time(town, request, code, before)


def test_after_she_moved_it_herself_the_new_time_alone_is_told(town: Town) -> None:
    request = asks(town)
    code, before = code_of(town, request), told_in(asked(town, NUMBER, code_of(town, request)))
    telephone = call(town)
    telephone.presses("2")
    assert "Aikasi on siirretty." in telephone.presses("2")
    assert_new_time(town, request, code, before)


def test_an_interpreters_quarter_of_an_hour_is_told_as_it_was_agreed(town: Town) -> None:
    request = asks(town)
    town.agent("aino")
    code, before = code_of(town, request), told_in(asked(town, NUMBER, code_of(town, request)))
    at = datetime(2026, 11, 25, 11, 15, tzinfo=HELSINKI)
    assert wishes.with_interpreter(town.services, "aino", request, at, "Dari") is True
    assert_new_time(town, request, code, before)


def assert_new_time(town: Town, request: str, code: str, before: str) -> None:
    answer = asked(town, NUMBER, code)
    assert code_of(town, request) == code, "what was written down yesterday still proves who rings"
    assert YES in answer
    assert told_in(answer) not in ("", before)
    assert before not in answer
    assert told_in(answer) in town.promise(request)["promise_words"]


# --- called off --------------------------------------------------------------------------------------------------


def by_herself(town: Town, request: str) -> None:
    telephone = call(town)
    telephone.presses("3")
    assert "on peruttu" in telephone.presses("1")


def by_a_supervisor(town: Town, request: str) -> None:
    assert supervision.close(town.services, "sirpa", request, "withdrawn", "") is True


def by_her_agent(town: Town, request: str) -> None:
    """Rung, and told that the matter has settled itself."""
    town.clock.business = town.promise(request)["due_at"] + timedelta(minutes=1)
    town.agent("aino")
    service.heartbeat(town.services, "aino")
    token = town.offered("aino")
    town.accept(token)
    town.act(lambda c: c.resident_answered(token))
    assert service.note_outcome(town.services, "aino", token, "cancelled")


@pytest.mark.parametrize("cancels", [by_herself, by_a_supervisor, by_her_agent])
def test_what_was_called_off_is_still_ours_for_a_fortnight_and_promises_nothing(
    town: Town, sirpa: str, cancels: Any
) -> None:
    request = asks(town)
    code = code_of(town, request)
    cancels(town, request)
    assert town.promise(request)["state"] == "cancelled"
    answer = asked(town, NUMBER, code)
    assert YES in answer
    assert PROMISED not in answer
    assert ELSEWHERE in asked(town, OTHERS, code)
    town.clock.business += timedelta(days=15)
    assert NO in asked(town, NUMBER, code)


def test_a_new_promise_after_a_cancelled_one_has_a_code_and_a_time_of_its_own(town: Town) -> None:
    first = asks(town)
    by_herself(town, first)
    second = asks(town, window="2")
    assert code_of(town, first) != code_of(town, second)
    stale, fresh = asked(town, NUMBER, code_of(town, first)), asked(town, NUMBER, code_of(town, second))
    assert YES in stale
    assert YES in fresh
    assert told_in(stale) == "", "the code of the cancelled promise tells nothing of the new one"
    assert told_in(fresh) in town.promise(second)["promise_words"]
