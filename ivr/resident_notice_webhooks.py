"""What a resident hears when she answers our ring, where her talk would be recorded: who rings, that, and the key.

Only what she has heard to its end counts as told, and the recording begins after it. Whatever goes wrong here costs the
recording, never the talk: the document ends, and the legs are joined.
"""

import logging
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from adapters.database import DatabaseError, Transaction
from desks import store
from desks.talk.conversation import Conversation, Ring
from desks.talk.recorded import declined as no_longer_recorded
from desks.talk.recorded import talk_began
from ivr.caller_input import CallerInput, Pressed, Silent, read
from ivr.dialogue.recording_notice import DECLINE, NOTICE
from ivr.step_url import link, opaque
from ivr.turn import Gather, Say, Turn
from ivr.twiml import render
from ivr.webhooks import guard, urls, xml
from routing_rules.model import LANGUAGES

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("ivr")
KEY_SECONDS = 3  # the agent is on the line already
MOST_TOLD = 3  # whoever presses other keys each time is not recorded
GOING_ON = ("dialing", "connected")  # the offer's states as long as she may hear this


def greeting(base: str, token: str, ring: Ring) -> str:
    """Her first words. A keyed-in number is perhaps not that of the one who asked: they stay neutral."""
    if ring.recorded:
        who = {"w": "neutral"} if ring.keyed_in else {}
        return link(base, "resident/notice", k=token, lang=ring.language, **who)
    return link(base, "resident/hello-neutral" if ring.keyed_in else "resident/hello", lang=ring.language)


def blueprint(services: "Services") -> Blueprint:
    pages = Blueprint("resident_notice", __name__, url_prefix="/voice")
    guard(pages, services)

    def words(turn: Turn) -> Response:
        return xml(render(turn, services.announcements, services.rules.current(), urls(services)))

    @pages.post("/resident/notice")
    def notice() -> Response:
        hello = Say("resident.hello_neutral" if request.args.get("w") == "neutral" else "resident.hello")
        return words(Turn(_language(), (hello, _asked(services.base, 1))))

    @pages.post("/resident/recording")
    def answered() -> Response:
        return words(Turn(_language(), _after(services, read(request.form))))

    return pages


def _asked(base: str, tries: int) -> Gather:
    times = {"try": str(tries)} if tries > 1 else {}
    return Gather((NOTICE,), link(base, "resident/recording", k=_token(), lang=_language(), **times), 1, KEY_SECONDS)


def _after(services: "Services", given: CallerInput) -> tuple[Say | Gather, ...]:
    """Another key has cut the words short: they are said again, and again; then she is not recorded."""
    match given:
        case Silent():
            _note(services, declined=False)
            return ()
        case Pressed(keys) if keys == DECLINE:
            _note(services, declined=True)
            return (Say("recording.declined"),)
    tries = _tries() + 1
    return (_asked(services.base, tries),) if tries <= MOST_TOLD else ()


def _note(services: "Services", *, declined: bool) -> None:
    try:
        services.database.run(lambda tx: note(services, tx, _token(), declined=declined))
    except DatabaseError as error:
        LOG.warning("notice not noted", extra={"call": request.form["CallSid"], "error": type(error).__name__})


def note(services: "Services", tx: Transaction, token: str, *, declined: bool) -> None:
    """What she said stands, whichever news comes later; a no ends what has begun."""
    talk = Conversation(services, tx, services.rules.current())
    row = talk.held(token)
    if row is None or row["request_id"] is None or row["state"] not in GOING_ON:
        return
    if declined:
        store.note_offer(tx.connection, token, recording_declined=True)
        no_longer_recorded(talk, token)
    elif row["recording_told_at"] is None:
        store.note_offer(tx.connection, token, recording_told_at=talk.now)
        talk_began(talk, token)
    talk.shows(row["agent_id"])


def _token() -> str:
    return opaque(request.args.get("k", ""))


def _language() -> str:
    asked = request.args.get("lang", "")
    return asked if asked in LANGUAGES else LANGUAGES[0]


def _tries() -> int:
    tries = request.args.get("try", "1")
    return int(tries) if tries in ("1", "2", "3") else MOST_TOLD
