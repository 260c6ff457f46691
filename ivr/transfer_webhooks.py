"""Legs of a talk with more than two: the resident on her way, a partner, a supervisor who listens.

Signed, and each carries an opaque id (``k``), never a number. What a leg is told is decided by the state it finds, so a
webhook that comes twice gets the same answer and changes nothing more.
"""

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from flask import Blueprint, Response, request
from sqlalchemy import RowMapping

from adapters.call_status import ENDED
from adapters.database import DatabaseError, Transaction
from adapters.reach import Until
from desks import store
from desks.talk import legs as talk_legs
from desks.talk import transfer_store as transfers
from desks.talk.room import matter_of, room_of
from ivr.agent_webhooks import MOMENT_SECONDS, MOST_AGAIN, AgentLeg
from ivr.caller_input import Pressed, read
from ivr.status_webhooks import News, take
from ivr.step_url import hold_url, link, opaque, spoken, step_for, url_of
from ivr.turn import DepartmentSpoken, DialConference, Gather, Hangup, Music, Redirect, Say, Turn
from ivr.twiml import render
from ivr.webhooks import guard, urls, xml

if TYPE_CHECKING:
    from bootstrap import Services

T = TypeVar("T")
LOG = logging.getLogger("ivr")
AFTER_DIAL = frozenset({"/talk/over", "/agent/left", "/transfer/over", "/supervisor/over"})
AGAIN = "g"  # as in steps; "again" is the fallback's own mark (``ivr.fallback_webhook``)
DEFAULT = "fi"
HANGUP = Turn(DEFAULT, (Hangup(),))
ABUSIVE_END = (Say("abusive.end"), Say("abusive.help"), Say("emergency"), Hangup())
MUSIC_BETWEEN_WORDS = (Music(8), Music(8))  # with the words about twenty seconds


class Legs:
    def __init__(self, services: "Services") -> None:
        self.services = services

    # --- the resident --------------------------------------------------------------------------------------------

    def to_room(self, token: str, call_sid: str) -> Turn:
        """A callback's talk is promoted: her own leg comes into the room and ends it by leaving."""
        with self.services.database.read(self._until()) as connection:
            row = store.offer_by_token(connection, token)
            matter = matter_of(connection, row) if row is not None else None
        if row is None or matter is None or row["resident_call_sid"] != call_sid or room_of(row) is None:
            return HANGUP
        if row["state"] != "connected":
            return goodbye(matter.language)
        over = link(self.services.base, "talk/over", k=token, lang=matter.language)
        return Turn(matter.language, (DialConference(room_of(row) or "", over, hold_url(self.services.base)),))

    def room_over(self, token: str, call_sid: str, status: str) -> Turn:
        """Her room is empty. A room that could not be made at all leads her into the line, at her old place."""
        failed, until = status == "failed", self._until()
        stay = self.services.database.run(
            lambda tx: talk_legs.room_over(self.services, tx, token, call_sid, failed=failed), until=until
        )
        if stay is not None:
            return self._led(stay, call_sid, until)
        with self.services.database.read(until) as connection:
            row = store.offer_by_token(connection, token)
            matter = matter_of(connection, row) if row is not None else None
        return goodbye(matter.language if matter is not None else _language())

    def line(self, line_id: str, call_sid: str) -> Turn:
        """Whom she is led to, and that her place is kept; then the step that asks the record where she goes."""
        return self._led(line_id, call_sid, self._until())

    def _led(self, line_id: str, call_sid: str, until: Until) -> Turn:
        with self.services.database.read(until) as connection:
            stay = store.stay(connection, line_id)
            told = self._told(stay, transfers.last_of(connection, stay["handed_over_by"])) if stay is not None else None
        if stay is None or told is None or stay["call_sid"] != call_sid:
            return HANGUP
        step = step_for(stay, "left", f"{line_id}t")
        return Turn(stay["language"], (told, Redirect(url_of(self.services.base, step))))

    def _told(self, stay: RowMapping, row: RowMapping | None) -> Say:
        if row is None or row["state"] == "line":
            return Say("transfer.back_to_line")
        if row["goal_kind"] == "agent":
            return Say("transfer.to_colleague")
        return Say("transfer.to_desk", (("department", DepartmentSpoken(stay["desk"])),))

    # --- a partner -----------------------------------------------------------------------------------------------

    def partner(self, transfer_id: str, call_sid: str) -> Turn:
        """Answered: she comes into the room, unless the resident has been taken back meanwhile."""
        room = self._run(lambda tx: talk_legs.partner_answered(self.services, tx, transfer_id, call_sid))
        if room is None:
            return HANGUP
        over = link(self.services.base, "transfer/over", k=transfer_id)
        return Turn(DEFAULT, (DialConference(room, over, hold_url(self.services.base), ends=False),))

    def partner_over(self, transfer_id: str, call_sid: str) -> Turn:
        self._run(lambda tx: talk_legs.partner_gone(self.services, tx, transfer_id, call_sid, "left"))
        return HANGUP

    # --- a supervisor --------------------------------------------------------------------------------------------

    def supervisor(self, listening_id: str, call_sid: str) -> Turn:
        """Her browser's telephone: answering is enough. On one of her own she presses 1: a voicemail must not hear."""
        with self.services.database.read() as connection:
            row = transfers.listening_by_id(connection, listening_id)
            person = transfers.person(connection, row["supervisor_id"]) if row is not None else None
        if row is None or person is None or row["ended_at"] is not None:
            return HANGUP
        if person["telephone"] is not None:
            accept = link(self.services.base, "supervisor/room", k=listening_id)
            return Turn(DEFAULT, (Gather((Say("agent.press_one"),), accept), Hangup()))
        return self.listens(listening_id, call_sid)

    def listens(self, listening_id: str, call_sid: str) -> Turn:
        heard = self._run(lambda tx: talk_legs.supervisor_room(tx, listening_id, call_sid))
        if heard is None:
            return HANGUP
        over = link(self.services.base, "supervisor/over", k=listening_id)
        room = DialConference(
            heard.room, over, hold_url(self.services.base), ends=False, muted=heard.coach is None, coach=heard.coach
        )
        return Turn(DEFAULT, (room,))

    def supervisor_over(self, listening_id: str) -> Turn:
        self._run(lambda tx: talk_legs.supervisor_gone(self.services, tx, listening_id))
        return HANGUP

    def _until(self) -> Until:
        """Of one webhook: a resident hears nothing meanwhile."""
        return self.services.database.caller_waits_until()

    def _run(self, work: Callable[[Transaction], T]) -> T:
        return self.services.database.run(work)


def goodbye(language: str) -> Turn:
    return Turn(language, (Say("thanks_goodbye"), Hangup()))


def blueprint(services: "Services") -> Blueprint:
    pages = Blueprint("talks", __name__, url_prefix="/voice")
    guard(pages, services)
    legs = Legs(services)

    def words(turn: Turn) -> Response:
        return xml(render(turn, services.announcements, services.rules.current(), urls(services)))

    answers: Mapping[str, Callable[[], Turn]] = {
        "/talk/room": lambda: legs.to_room(_id(), _sid()),
        "/talk/over": lambda: legs.room_over(_id(), _sid(), _dial_status()),
        "/talk/line": lambda: legs.line(_id(), _sid()),
        "/talk/hold": lambda: _on_hold(services),
        "/talk/abusive": lambda: Turn(_language(), ABUSIVE_END),
        "/agent/left": lambda: AgentLeg(services).left(_id(), request.form.get("DialCallStatus", "")),
        "/transfer/ring": lambda: legs.partner(_id(), _sid()),
        "/transfer/over": lambda: legs.partner_over(_id(), _sid()),
        "/supervisor/ring": lambda: legs.supervisor(_id(), _sid()),
        "/supervisor/room": lambda: legs.listens(_id(), _sid()) if read(request.form) == Pressed("1") else HANGUP,
        "/supervisor/over": lambda: legs.supervisor_over(_id()),
    }
    for path, answer in answers.items():
        pages.add_url_rule(path, path.replace("/", "_"), _answering(services, words, path, answer), methods=["POST"])
    _add_news(pages, services, words)
    return pages


def _answering(
    services: "Services", words: Callable[[Turn], Response], path: str, answer: Callable[[], Turn]
) -> Callable[[], Response]:
    def answered() -> Response:
        if path in AFTER_DIAL and request.form.get("CallStatus", "") in ENDED:
            return words(HANGUP)  # nobody is there to hear it; what it means is settled by the leg's own news
        try:
            return words(answer())
        except DatabaseError as error:
            _note_without_record(path, error)
            return words(_without_record(services.base, path))

    return answered


def _note_without_record(path: str, error: DatabaseError) -> None:
    LOG.warning("record unavailable", extra={"path": path, "call": _sid(), "error": type(error).__name__})


def _without_record(base: str, path: str) -> Turn:
    """A resident is asked about again in a moment, and told goodbye where that is in vain; who works with us finds her
    telephone hung up and her card as it was."""
    if not path.startswith("/talk/"):
        return HANGUP
    tried = int(_again()) if _again() in ("1", "2") else 0
    if tried >= MOST_AGAIN:
        return goodbye(_language())
    told = {"DialCallStatus": _dial_status()} if _dial_status() else {}
    following = {AGAIN: str(tried + 1), "k": _id(), "lang": _language(), **told}
    return Turn(_language(), (Music(MOMENT_SECONDS), Redirect(link(base, path[1:], **following))))


def _again() -> str:
    return request.args.get(AGAIN, "")


def _dial_status() -> str:
    """How her Dial has ended; on the second asking, what was told on the first: a redirect does not tell it."""
    told = request.args if _again() else request.form
    return told.get("DialCallStatus", "")[:16]


def _add_news(pages: Blueprint, services: "Services", words: Callable[[Turn], Response]) -> None:
    """Legs' own news. What the record cannot take in now, the slow tick finds out by asking the provider."""

    def heard(path: str, handle: Callable[[News], None]) -> Response:
        try:
            return take(services, handle)
        except DatabaseError as error:
            _note_without_record(path, error)
            return words(HANGUP)

    @pages.post("/transfer/leg")
    def transfer_leg() -> Response:
        sid, word, transfer_id = _sid(), request.form.get("CallStatus", "")[:16], _id()

        def handle(news: News) -> None:
            talk_legs.partner_news(services, news.tx, transfer_id, sid, word, word in ENDED)

        return heard("/transfer/leg", handle)

    @pages.post("/supervisor/leg")
    def supervisor_leg() -> Response:
        sid, word, listening_id = _sid(), request.form.get("CallStatus", "")[:16], _id()

        def handle(news: News) -> None:
            talk_legs.supervisor_news(services, news.tx, listening_id, sid, over=word in ENDED)

        return heard("/supervisor/leg", handle)


def _on_hold(services: "Services") -> Turn:
    """Words, then music, again and again; the provider does not ask for this document a second time by itself."""
    again = Redirect(link(services.base, "talk/hold", lang=_language()))
    return Turn(_language(), (Say("hold.wait"), *MUSIC_BETWEEN_WORDS, again))


def _id() -> str:
    return opaque(request.args.get("k", ""))


def _sid() -> str:
    return str(request.form["CallSid"])


def _language() -> str:
    return spoken(request.args.get("lang", ""), DEFAULT)
