"""The agent's leg: it rings, she accepts, the resident is dialled from her accept, it is over.

A leg whose token is stale hears so and ends; nobody is dialled by it. Answering the browser telephone is accepting;
on her own telephone she presses 1, because a voicemail answers too.

Where the record does not answer, her leg is led back to the same question in a moment; after the second time it ends,
and the leg's own news and the slow tick settle what it was about. Nobody is dialled meanwhile.
"""

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request
from sqlalchemy import Select, insert, select
from sqlalchemy.exc import IntegrityError

from adapters.database import DatabaseError, Transaction
from adapters.fault_points import reach
from adapters.schema import receipt
from desks import store
from desks.talk.conversation import Conversation, Ring, Room
from desks.talk.legs import room_failed
from ivr.caller_input import Pressed, read
from ivr.resident_notice_webhooks import greeting
from ivr.step_url import hold_url, link, opaque, spoken
from ivr.turn import DialConference, DialNumber, Gather, Hangup, Music, Pause, Redirect, Say, Turn
from ivr.twiml import render
from ivr.webhooks import guard, urls, xml

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("ivr")
RESIDENT_RING_SECONDS = 25
AGENT_LANGUAGE = "fi"
AGAIN, MOST_AGAIN, MOMENT_SECONDS = "again", 2, 2


class AgentLeg:
    def __init__(self, services: "Services") -> None:
        self.services = services

    def question(self, token: str) -> Turn | None:
        """What her telephone asks when it is answered; None: answering was accepting."""
        with self.services.database.read() as connection:
            row = store.offer_by_token(connection, token)
        if row is None or row["state"] == "ended":
            return self.stale()
        if row["own_telephone"]:
            accept = link(self.services.base, "agent/accept", k=token)
            return Turn(AGENT_LANGUAGE, (Gather((Say("agent.press_one"),), accept), Hangup()))
        return None

    def joined(self, token: str, conversation: Room | Ring) -> Turn:
        base = self.services.base
        over = link(base, "agent/over", k=token)
        if isinstance(conversation, Room):
            return Turn(
                AGENT_LANGUAGE, (DialConference(conversation.name, over, hold_url(base), ends=conversation.ends),)
            )
        dial = DialNumber(
            conversation.e164,
            over,
            timeout=RESIDENT_RING_SECONDS,
            status_callback=link(base, "leg", k=token, w="resident"),
            greeting_url=greeting(base, token, conversation),
        )
        return Turn(AGENT_LANGUAGE, (dial,))

    def over(self, token: str, status: str) -> Turn:
        """Her Dial has ended. More than two are to be heard: she follows the resident into the room. Else what she
        hears, if anything, before her leg ends."""
        room = self._promoted(token)
        if room is not None:
            left = link(self.services.base, "agent/left", k=token)
            return Turn(AGENT_LANGUAGE, (DialConference(room, left, hold_url(self.services.base)),))
        said = self.services.database.run(lambda tx: self._over(tx, token, status))
        return Turn(AGENT_LANGUAGE, (Say(said), Hangup()) if said else (Hangup(),))

    def _promoted(self, token: str) -> str | None:
        with self.services.database.read() as connection:
            row = store.offer_by_token(connection, token)
        if row is None or row["request_id"] is None or row["state"] != "connected":
            return None
        return None if row["room"] is None else str(row["room"])

    def left(self, token: str, status: str) -> Turn:
        """The room of a promoted talk is over for her, or could not be made at all."""
        services = self.services

        def work(tx: Transaction) -> None:
            conversation = Conversation(services, tx, services.rules.current())
            if status == "failed":
                room_failed(conversation, token)
            conversation.talk_over(token)

        services.database.run(work)
        return Turn(AGENT_LANGUAGE, (Hangup(),))

    def _over(self, tx: Transaction, token: str, status: str) -> str | None:
        conversation = Conversation(self.services, tx, self.services.rules.current())
        row = store.offer_by_token(tx.connection, token, held=True)
        if row is None or row["state"] in ("offered", "ended"):
            return None
        if row["request_id"] is not None:
            return "agent.missed" if conversation.ring_over(token, status) else None
        if row["state"] == "accepted":
            conversation.agent_leg_ended(token, "completed")
            return "caller_gone"
        conversation.talk_over(token)
        return None

    def stale(self) -> Turn:
        return Turn(AGENT_LANGUAGE, (Say("agent.stale"), Hangup()))


class Accepted:
    """The accept with its receipt: a retried copy of the same leg's webhook gets the same answer, once."""

    STEP = "agent-accept"

    def __init__(self, services: "Services") -> None:
        self.services = services
        self.leg = AgentLeg(services)

    def answer(self, token: str, call_sid: str) -> str:
        def work(tx: Transaction) -> str:
            return self._within(tx, token, call_sid)

        try:
            answer = self.services.database.run(work)
        except IntegrityError:  # the other copy has committed: its receipt tells
            answer = self.services.database.run(work)
        reach("accepted")
        return answer

    def _within(self, tx: Transaction, token: str, call_sid: str) -> str:
        store.offer_by_token(tx.connection, token, held=True)  # two copies of one instant stand in line here
        stored = tx.connection.scalar(self._receipt(token, call_sid))
        if stored is not None:
            return str(stored)
        conversation = Conversation(self.services, tx, self.services.rules.current()).accept(token, call_sid)
        if conversation is None:
            return self.words(self.leg.stale())
        answer = self.words(self.leg.joined(token, conversation))
        tx.connection.execute(
            insert(receipt).values(
                call_sid=call_sid,
                step=self.STEP,
                nonce=token,
                answer=answer,
                made_machine=self.services.clock.machine(),
            )
        )
        return answer

    def told_again(self, token: str, call_sid: str) -> str | None:
        """What this leg's accept was answered, where no try of that answer was heard; None: nothing, or no longer.

        The resident is on her way into their room, or is dialled by this very answer: without it the one would stand
        there alone, and be let go as if they had talked, and the other's ring would stay unknown. A leg that is over,
        an offer that has ended and a resident whose telephone has rung are told nothing: nobody is rung twice."""
        with self.services.database.read(self.services.database.caller_waits_until()) as connection:
            row = store.offer_by_token(connection, token)
            if row is None or row["agent_call_sid"] != call_sid or row["leg_ended_machine"] is not None:
                return None
            awaited = ("accepted", "connected") if row["request_id"] is None else ("dialing",)
            if row["state"] not in awaited or row["resident_call_sid"] is not None:
                return None
            stored = connection.scalar(self._receipt(token, call_sid))
        return None if stored is None else str(stored)

    def words(self, turn: Turn) -> str:
        services = self.services
        return render(turn, services.announcements, services.rules.current(), urls(services))

    def _receipt(self, token: str, call_sid: str) -> Select[tuple[str]]:
        mine = (receipt.c.call_sid == call_sid, receipt.c.step == self.STEP, receipt.c.nonce == token)
        return select(receipt.c.answer).where(*mine)


def blueprint(services: "Services") -> Blueprint:
    pages = Blueprint("agent_leg", __name__, url_prefix="/voice")
    guard(pages, services)
    accepted = Accepted(services)
    _add_leg(pages, accepted)
    said: Mapping[str, Callable[[], Turn]] = {
        "/resident/hello": lambda: Turn(_language(), (Say("resident.hello"),)),
        "/resident/hello-neutral": lambda: Turn(_language(), (Say("resident.hello_neutral"),)),
        "/resident/message": lambda: Turn(_language(), (Pause(1), Say("message.machine"), Hangup())),
        "/hold": lambda: Turn(AGENT_LANGUAGE, (Music(8), Redirect(hold_url(services.base)))),
    }
    for path, turn in said.items():
        pages.add_url_rule(path, path.replace("/", "_"), _saying(accepted, turn), methods=["POST"])
    return pages


def _saying(accepted: Accepted, turn: Callable[[], Turn]) -> Callable[[], Response]:
    return lambda: xml(accepted.words(turn()))


def _add_leg(pages: Blueprint, accepted: Accepted) -> None:
    leg = accepted.leg

    def asked(answer: Callable[[], str]) -> Response:
        try:
            return xml(answer())
        except DatabaseError as error:
            about = {"path": request.path, "call": request.form["CallSid"], "error": type(error).__name__}
            LOG.warning("record unavailable", extra=about)
            return xml(accepted.words(_in_a_moment(accepted.services.base)))

    @pages.post("/agent/ring")
    def ring() -> Response:
        def answer() -> str:
            question = leg.question(_token())
            if question is not None:
                return accepted.words(question)
            return accepted.answer(_token(), request.form["CallSid"])

        return asked(answer)

    @pages.post("/agent/accept")
    def accept() -> Response:
        if read(_form()) != Pressed("1"):
            return xml(accepted.words(Turn(AGENT_LANGUAGE, (Hangup(),))))
        return asked(lambda: accepted.answer(_token(), request.form["CallSid"]))

    @pages.post("/agent/over")
    def over() -> Response:
        return asked(lambda: accepted.words(leg.over(_token(), _form().get("DialCallStatus", ""))))


def _in_a_moment(base: str) -> Turn:
    """The same question again: what she pressed or how her Dial ended rides along, for a redirect does not tell it."""
    times = request.args.get(AGAIN, "")
    tried = int(times) if times in ("1", "2") else 0
    if tried >= MOST_AGAIN:
        return Turn(AGENT_LANGUAGE, (Hangup(),))
    told = {name: value[:16] for name, value in _form().items() if name in ("Digits", "DialCallStatus")}
    again = link(base, request.path.removeprefix("/voice/"), k=_token(), **{AGAIN: str(tried + 1)}, **told)
    return Turn(AGENT_LANGUAGE, (Pause(MOMENT_SECONDS), Redirect(again)))


def _form() -> Mapping[str, str]:
    """What the provider tells; on the second asking, what it told on the first."""
    return {**request.form.to_dict(), **request.args.to_dict()} if AGAIN in request.args else request.form


def _token() -> str:
    return opaque(request.args.get("k", ""))


def _language() -> str:
    return spoken(request.args.get("lang", ""), AGENT_LANGUAGE)
