"""Many hands at the same line: no matter and no agent twice, and who is quicker decides once. On both databases."""

import threading
from collections import Counter
from collections.abc import Callable
from functools import partial

from desks import service
from desks.line.waiting import Line
from desks.store import OFFERED
from ivr.agent_webhooks import Accepted
from tests.support.services import Town

ROUNDS = 12


def at_once(*works: Callable[[], object]) -> list[object]:
    """All begin at the same instant; what each returned, or the error it raised."""
    barrier = threading.Barrier(len(works))
    found: list[object] = [None] * len(works)

    def run(at: int, work: Callable[[], object]) -> None:
        barrier.wait()
        try:
            found[at] = work()
        except Exception as error:
            found[at] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def free_again(town: Town) -> None:
    """Her telephone has had its moment to end the last call."""
    town.clock.pass_(seconds=6)
    service.heartbeat(town.services, "aino")


def no_errors(found: list[object]) -> None:
    assert [one for one in found if isinstance(one, Exception)] == []


def test_eight_dealers_five_agents_twenty_matters(town: Town) -> None:
    agents = [town.agent(f"agent{n}") for n in range(5)]
    for n in range(20):
        town.caller() if n % 2 else town.request()
    no_errors(at_once(*[town.deal] * 8))
    held = [one for one in (town.held(agent) for agent in agents) if one is not None]
    assert len(held) == 5
    assert max(Counter(one["caller_id"] or one["request_id"] for one in held).values()) == 1
    assert len(town.ordered("ring_agent")) == 5
    assert len(town.every(OFFERED)) == 5


def test_hanging_up_races_the_offer(town: Town) -> None:
    town.agent("aino")
    for _ in range(ROUNDS):
        line = town.caller()
        no_errors(at_once(town.deal, partial(hang_up, town, line)))
        assert town.stay(line)["state"] == "left"
        assert town.held("aino") is None, "she holds a caller who has gone"


def test_a_wish_races_the_offer(town: Town) -> None:
    town.agent("aino")
    for _ in range(ROUNDS):
        line = town.caller()
        results = at_once(town.deal, partial(wish, town, line))
        no_errors(results)
        assert (results[1], town.stay(line)["state"]) == (True, "wishes")
        assert town.held("aino") is None, "she holds a caller who wants to be rung back"
        hang_up(town, line)


def test_hanging_up_races_the_accept(town: Town) -> None:
    town.agent("aino")
    accepted = Accepted(town.services)
    for n in range(ROUNDS):
        line = town.caller()
        token, leg = town.offered("aino"), f"CA{0xB000 + n:032x}"
        results = at_once(
            partial(accepted.answer, token, leg),
            partial(hang_up, town, line),
        )
        no_errors(results)
        assert town.stay(line)["state"] == "left"
        assert (town.offer(token)["state"], town.offer(token)["outcome"]) == ("ended", "caller_gone")
        assert town.held("aino") is None
        free_again(town)


def test_two_legs_race_to_accept_one_callback(town: Town) -> None:
    """Only one of them may dial the resident."""
    town.agent("aino")
    accepted = Accepted(town.services)
    for n in range(ROUNDS):
        request = town.request()
        token = town.offered("aino")
        legs = [f"CA{0xC000 + 2 * n + m:032x}" for m in range(2)]
        answers = at_once(*[partial(accepted.answer, token, leg) for leg in legs])
        no_errors(answers)
        assert sorted("<Dial" in str(answer) for answer in answers) == [False, True]
        assert town.promise(request)["attempts"] == 1
        service.note_outcome(town.services, "aino", token, "done")
        free_again(town)


def test_an_accept_doubled_at_the_same_instant_gets_one_answer(town: Town) -> None:
    town.agent("aino")
    accepted = Accepted(town.services)
    for n in range(ROUNDS):
        request = town.request()
        token, leg = town.offered("aino"), f"CA{0xD000 + n:032x}"
        answers = at_once(*[partial(accepted.answer, token, leg)] * 3)
        no_errors(answers)
        assert len(set(map(str, answers))) == 1
        assert "<Dial" in str(answers[0])
        assert town.promise(request)["attempts"] == 1
        service.note_outcome(town.services, "aino", token, "done")
        free_again(town)


def test_going_away_races_the_offer(town: Town) -> None:
    """Who has gone away holds nothing that rings."""
    town.agent("aino")
    line = town.caller()
    for _ in range(ROUNDS):
        service.set_presence(town.services, "aino", "available")
        no_errors(at_once(town.deal, lambda: service.set_presence(town.services, "aino", "away")))
        held = town.held("aino")
        if held is not None:
            assert held["state"] == "offered"
            give_back(town, held["token"])
        assert town.stay(line)["state"] == "waiting"


def hang_up(town: Town, line: str) -> None:
    town.act(lambda c: c.caller_hung_up(line))


def wish(town: Town, line: str) -> object:
    return town.within(lambda tx: Line(town.services, tx, town.rules).wish(line))


def give_back(town: Town, token: str) -> None:
    town.act(lambda c: c.give_back(token, "withdrawn"))
