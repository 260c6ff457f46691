"""Listening, coaching, and the end of an abusive call: who may, who is told, what is noted."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest
from sqlalchemy import update

from adapters.redis_live import LiveHints
from adapters.schema import agent, audit_event, listening
from adapters.voice_gateway import Result
from callbacks.model import Refused
from desks import service
from desks.talk import abuse as talk_abuse
from desks.talk import transfer as transfers
from desks.talk.legs import Heard, supervisor_news, supervisor_room
from desks.talk.listen import listen, stop
from desks.talk.transfer import Changed, MovedOn
from ivr.transfer_webhooks import Legs
from ivr.turn import DialConference, Gather
from queue_workers import effects
from routing_rules.model import Ruleset
from tests.support.provider import LOST, REFUSED
from tests.support.services import Town, sample_rules
from tests.support.talks import AGENT_LEG, RESIDENT_LEG, TALKS, Talk, asked, callback, consulting, live

SUPERVISORS_LEG = "CA" + "e" * 32


@pytest.fixture(params=sorted(TALKS))
def talk(town: Town, request: pytest.FixtureRequest) -> Talk:
    return TALKS[request.param](town)


def supervisor(town: Town, desks: tuple[str, ...] = ("housing",), role: str = "supervisor", **more: object) -> str:
    town.agent("sirkka", desks)
    service.set_presence(town.services, "sirkka", "away")
    town.within(lambda tx: tx.connection.execute(update(agent).where(agent.c.id == "sirkka").values(role=role, **more)))
    return "sirkka"


def deeds(town: Town, token: str) -> list[tuple[str, str]]:
    return [(row["who"], row["deed"]) for row in town.every(audit_event, subject_id=token)]


def row_of(town: Town) -> Mapping[str, Any]:
    return town.every(listening)[-1]


@dataclass
class Pages:
    """Stands in for the open pages; ``told``: whose page was told to look again."""

    told: list[str] = field(default_factory=list)

    def publish(self, channel: str, text: str) -> bool:
        self.told.append(text)
        return True

    def up(self) -> bool:
        return False


@pytest.mark.parametrize(("mode", "coach"), [("listen", None), ("coach", AGENT_LEG)])
def test_the_agent_is_told_before_the_telephone_rings(talk: Talk, mode: str, coach: str | None) -> None:
    town, who = talk.town, supervisor(talk.town)
    pages = Pages()
    watched = replace(town.services, live=cast(LiveHints, pages))
    assert listen(watched, who, talk.token, mode) == Changed()
    assert "aino" in pages.told
    town.carry_out()
    assert [o for o in town.gateway.ordered("call") if o.to == "client:sirkka"] == [], "her card comes first"
    town.clock.pass_(seconds=1)
    town.carry_out()
    rung = [o for o in town.gateway.ordered("call") if o.to == "client:sirkka"]
    assert len(rung) == 1
    listening_id = str(row_of(town)["id"])
    heard = town.within(lambda tx: supervisor_room(tx, listening_id, str(row_of(town)["leg_sid"])))
    assert heard == Heard(town.offer(talk.token)["room"], coach)
    assert deeds(town, talk.token) == [("sirkka", mode)]


def test_a_listener_is_muted_and_a_coach_heard_by_the_agent_alone(town: Town) -> None:
    talk, who = live(town), supervisor(town)
    listen(town.services, who, talk.token, "listen")
    room = Legs(town.services).listens(str(row_of(town)["id"]), SUPERVISORS_LEG).instructions[0]
    assert isinstance(room, DialConference)
    assert (room.muted, room.coach, room.ends) == (True, None, False)


def test_on_her_own_telephone_she_presses_one(town: Town) -> None:
    talk, who = live(town), supervisor(town, telephone="+358401112223")
    listen(town.services, who, talk.token, "listen")
    asked = Legs(town.services).supervisor(str(row_of(town)["id"]), SUPERVISORS_LEG)
    assert isinstance(asked.instructions[0], Gather)


def test_it_ends_with_the_talk(talk: Talk) -> None:
    town, who = talk.town, supervisor(talk.town)
    listen(town.services, who, talk.token, "listen")
    town.clock.pass_(seconds=1)
    town.carry_out()
    talk.her_leg_ends()
    assert row_of(town)["ended_at"] is not None
    assert row_of(town)["leg_sid"] in town.ordered("end_leg")
    late = Legs(town.services).supervisor(str(row_of(town)["id"]), str(row_of(town)["leg_sid"]))
    assert not isinstance(late.instructions[0], DialConference)


def test_it_ends_when_she_stops_or_hangs_up(talk: Talk) -> None:
    town, who = talk.town, supervisor(talk.town)
    listen(town.services, who, talk.token, "listen")
    assert listen(town.services, who, talk.token, "coach") == Refused("busy")
    assert stop(town.services, who, talk.token) == Changed()
    assert stop(town.services, who, talk.token) == MovedOn()
    listen(town.services, who, talk.token, "coach")
    again = str(row_of(town)["id"])
    town.within(lambda tx: supervisor_news(town.services, tx, again, SUPERVISORS_LEG, over=True))
    assert row_of(town)["ended_at"] is not None


@pytest.mark.parametrize("answer", [REFUSED, LOST])
def test_a_telephone_that_does_not_ring_shows_nobody_as_listening(town: Town, answer: Any) -> None:
    talk, who = live(town), supervisor(town)
    listen(town.services, who, talk.token, "listen")
    town.clock.pass_(seconds=1)
    town.gateway.answers(answer)
    town.carry_out()
    assert (row_of(town)["ended_at"] is not None) == (answer is REFUSED), "an unknown answer may still ring"


@pytest.mark.parametrize(
    ("desks", "role", "mode", "code"),
    [
        (("streets",), "supervisor", "listen", "scope"),
        (("housing",), "agent", "listen", "bad_kind"),
        (("housing",), "supervisor", "whisper", "bad_kind"),
    ],
)
def test_refused_with_a_code(town: Town, desks: tuple[str, ...], role: str, mode: str, code: str) -> None:
    talk, who = live(town), supervisor(town, desks, role)
    assert listen(town.services, who, talk.token, mode) == Refused(code)
    assert town.every(listening) == []


def test_an_administrator_may_everywhere(town: Town) -> None:
    talk, who = live(town), supervisor(town, (), "administrator")
    assert listen(town.services, who, talk.token, "listen") == Changed()


def with_sensitive_housing(rules: Ruleset, allowed: bool) -> Ruleset:
    topics = tuple(replace(t, sensitive=True) if t.id == "housing" else t for t in rules.topics)
    departments = tuple(replace(d, listen_to_sensitive=allowed) if d.id == "housing" else d for d in rules.departments)
    return replace(rules, topics=topics, departments=departments)


@pytest.mark.parametrize(("allowed", "answer"), [(False, Refused("sensitive")), (True, Changed())])
def test_sensitive_talks_are_closed_unless_the_rules_open_them(record: str, allowed: bool, answer: object) -> None:
    town = Town.over(record, rules=with_sensitive_housing(sample_rules(), allowed))
    talk, who = live(town), supervisor(town)
    assert listen(town.services, who, talk.token, "listen") == answer
    town.services.database.dispose()


# --- an abusive call ----------------------------------------------------------------------------------------------


def test_an_abusive_call_ends_with_words_and_is_noted(talk: Talk) -> None:
    town = talk.town
    assert talk_abuse.end(town.services, "aino", talk.token, close_request=True) == Changed()
    assert town.offer(talk.token)["outcome"] == "abusive"
    assert town.held("aino") is None
    assert deeds(town, talk.token) == [("aino", "abusive_end")]
    if talk.request:
        assert (town.promise(talk.request)["state"], town.promise(talk.request)["outcome"]) == ("done", "abusive")
    else:
        assert (talk.stays(), town.stay(str(talk.line))["outcome"]) == (["housing done"], "abusive")
    town.carry_out()
    led = town.gateway.ordered("redirect")[-1]
    assert (led.to, "/voice/talk/abusive?lang=fi" in led.url) == (talk.resident, True)
    assert AGENT_LEG not in town.ordered("end_leg"), "the bridge must not be torn down before the words"
    assert talk_abuse.end(town.services, "aino", talk.token, close_request=True) == MovedOn()


@pytest.mark.parametrize("answers", [(REFUSED,), (LOST,) * effects.MOST_TRIES], ids=["refused", "lost"])
def test_where_the_resident_cannot_be_led_away_the_agent_is_not_left_with_her(
    talk: Talk, answers: tuple[Result, ...]
) -> None:
    town = talk.town
    talk_abuse.end(town.services, "aino", talk.token, close_request=True)
    town.gateway.answers(*answers)
    for _ in answers:
        assert AGENT_LEG not in town.ordered("end_leg"), "the words have not been given up yet"
        town.carry_out()
        town.clock.pass_(seconds=60)
    assert town.ordered("end_leg").count(AGENT_LEG) == 1


def test_her_request_stays_open_where_the_agent_says_so(town: Town) -> None:
    talk = callback(town)
    talk_abuse.end(town.services, "aino", talk.token, close_request=False)
    assert town.offer(talk.token)["state"] == "wrapup"
    assert talk.request is not None
    assert town.promise(talk.request)["state"] == "connected"
    town.act(lambda c: c.resident_gone(RESIDENT_LEG))
    assert service.note_outcome(town.services, "aino", talk.token, "bad_moment", minutes=60)
    assert town.promise(talk.request)["state"] == "requested"


def test_another_agents_call_cannot_be_ended(town: Town) -> None:
    talk = live(town)
    town.agent("pirkko")
    assert talk_abuse.end(town.services, "pirkko", talk.token, close_request=True) == MovedOn()


def test_an_abusive_call_in_a_consultation_lets_the_colleague_go(talk: Talk) -> None:
    other = consulting(talk)
    talk_abuse.end(talk.town.services, "aino", talk.token, close_request=True)
    assert talk.transfer()["state"] == "gone"
    assert talk.town.offer(other)["state"] == "ended"
    assert transfers.go_on(talk.town.services, "aino", talk.token, "complete") == MovedOn()


def test_who_is_asked_into_a_talk_is_not_heard_without_notice(talk: Talk) -> None:
    town, who = talk.town, supervisor(talk.town)
    listen(town.services, who, talk.token, "listen")
    asked(talk)
    assert row_of(town)["ended_at"] is not None
    assert listen(town.services, who, talk.token, "listen") == Refused("in_transfer")
