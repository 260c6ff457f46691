"""News that come late, twice or in the wrong order: nobody is stuck, nothing is promised that nobody keeps."""

from adapters.schema import presence
from bootstrap import record_start
from callbacks import store as promises
from desks import service
from desks.talk.conversation import Conversation
from queue_workers import reconcile
from queue_workers.scheduler import Dispatcher
from tests.support.services import Town


def talk(town: Town) -> tuple[str, str]:
    """A callback in full talk: the request and the offer's token."""
    town.agent("aino")
    request = town.request()
    token = town.offered("aino")
    town.accept(token)
    return request, token


def test_a_note_after_the_promise_went_on_frees_the_agent(town: Town) -> None:
    request, token = talk(town)
    town.act(lambda c: c.ring_over(token, "completed"))
    town.act(lambda c: promises.transition(c.tx.connection, request, "done", c.now, "service", token=token))
    assert service.note_outcome(town.services, "aino", token, "done")
    assert town.offer(token)["state"] == "ended"
    assert town.held("aino") is None


def test_an_answer_told_after_her_leg_ended_is_a_talk_that_is_over(town: Town) -> None:
    request, token = talk(town)

    def unordered(conversation: Conversation) -> None:
        conversation.agent_leg_ended(token, "completed")
        conversation.resident_answered(token)

    town.act(unordered)
    assert (town.promise(request)["state"], town.offer(token)["state"]) == ("connected", "wrapup")


def test_an_answer_told_after_she_was_let_go_does_not_hold_the_request(town: Town) -> None:
    request, token = talk(town)
    town.act(lambda c: c.agent_leg_ended(token, "completed"))
    town.act(lambda c: c.let_go_unknown(token))
    assert town.held("aino") is None
    town.act(lambda c: c.resident_answered(token))
    assert town.promise(request)["state"] == "dialing"
    town.act(lambda c: c.ring_over(token, "no-answer"))
    assert town.promise(request)["state"] == "requested"


def test_a_talk_of_a_moment_does_not_serve_the_matter_rung_in_about(town: Town) -> None:
    town.agent("aino")
    request = town.request()
    line = town.caller(request_id=request)
    token = town.offered("aino")
    town.accept(token)
    town.act(lambda c: c.caller_joined(line))
    town.act(lambda c: c.agent_leg_ended(token, "completed"))
    assert town.promise(request)["state"] == "requested"


def test_a_record_that_was_away_costs_no_agent_her_presence(town: Town) -> None:
    town.agent("aino")
    town.clock.pass_(seconds=40)
    record_start(town.services, "record")
    reconcile.lost_agents(town.services)
    assert town.one(presence, agent_id="aino")["state"] == "available"


def test_the_clock_sees_that_the_record_was_away(town: Town) -> None:
    """It looked at the record last before the agent's forty silent seconds."""
    dispatcher = Dispatcher(town.services)
    town.agent("aino")
    town.clock.pass_(seconds=40)
    dispatcher.closing()
    assert town.one(presence, agent_id="aino")["state"] == "available"
