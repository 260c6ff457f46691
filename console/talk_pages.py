"""What an agent does within a talk, and what a supervisor does with it. Each button is one use case of ``desks``.

Answers are codes: ok, 409 ``moved_on`` (the page shows the newest), 422 with the reason of a refusal, and
its words for the page.
"""

from dataclasses import asdict
from typing import TYPE_CHECKING, assert_never

from flask import Response, jsonify
from werkzeug.exceptions import NotFound

from callbacks.model import Refused
from console import guard
from console.posted import one_of, posted
from console.rendering import page_language, wording
from desks.talk import abuse as talk_abuse
from desks.talk import listen as talk_listen
from desks.talk import pause_recording, transfer
from desks.talk import rings_about as talk_about
from desks.talk.directory import directory
from desks.talk.listen import MODES
from desks.talk.transfer import GOAL_KINDS, KINDS, Answer, Changed, MovedOn, Wanted
from desks.view.desk import desk_view, was_offered_to

if TYPE_CHECKING:
    from bootstrap import Services

Said = Response | tuple[Response, int]
LONGEST_GOAL = 40
YES = ("yes", "true", "1")
NO = ("no", "false", "0")


def hold(services: "Services", token: str) -> Said:
    on = one_of("on", (*YES, *NO)) in YES
    return _said(services, transfer.hold(services, guard.person().agent_id, _her_own(services, token), on))


def recording(services: "Services", token: str) -> Said:
    """``declined`` yes: the resident says no, and nothing of it is kept. Else ``paused``."""
    agent_id, hers = guard.person().agent_id, _her_own(services, token)
    if posted().get("declined", "") in YES:
        return _said(services, pause_recording.refuse(services, agent_id, hers))
    paused = one_of("paused", (*YES, *NO)) in YES
    return _said(services, pause_recording.pause(services, agent_id, hers, paused))


def rings_about(services: "Services", token: str) -> Said:
    """One of those that her card shows, and not what she has promised in this talk."""
    agent_id, hers, request_id = guard.person().agent_id, _her_own(services, token), posted().get("request", "")
    card = desk_view(services, agent_id, page_language()).offer
    shown = () if card is None or card.token != hers else card.may_ring_about
    said = request_id in shown and talk_about.say(services, agent_id, hers, request_id)
    return _said(services, Changed() if said else MovedOn())


def begin(services: "Services", token: str) -> Said:
    wanted = Wanted(
        one_of("kind", KINDS),
        one_of("goal_kind", GOAL_KINDS),
        posted().get("goal", "")[:LONGEST_GOAL],
        posted().get("note", "").strip(),
    )
    return _said(services, transfer.begin(services, guard.person().agent_id, _her_own(services, token), wanted))


def complete(services: "Services", token: str) -> Said:
    return _said(services, transfer.go_on(services, guard.person().agent_id, _her_own(services, token), "complete"))


def take_back(services: "Services", token: str) -> Said:
    return _said(services, transfer.go_on(services, guard.person().agent_id, _her_own(services, token), "take_back"))


def join(services: "Services", token: str) -> Said:
    return _said(services, transfer.go_on(services, guard.person().agent_id, _her_own(services, token), "join"))


def abusive(services: "Services", token: str) -> Said:
    """``close`` no: the call ends all the same, and what came of her request is noted as after every talk."""
    close = posted().get("close", "yes") not in NO
    return _said(
        services, talk_abuse.end(services, guard.person().agent_id, _her_own(services, token), close_request=close)
    )


def show_directory(services: "Services") -> Response:
    return jsonify(asdict(directory(services, guard.person().agent_id, page_language())))


def listen(services: "Services", token: str) -> Said:
    return _said(services, talk_listen.listen(services, guard.person().agent_id, token, one_of("mode", MODES)))


def stop_listening(services: "Services", token: str) -> Said:
    return _said(services, talk_listen.stop(services, guard.person().agent_id, token))


def _said(services: "Services", answer: Answer) -> Said:
    match answer:
        case Changed():
            return jsonify(ok=True)
        case MovedOn():
            return jsonify(error="moved_on"), 409
        case Refused(reason):
            return jsonify(error=reason, words=wording(services).t(f"refusal.{reason}")), 422
        case _:
            assert_never(answer)


def _her_own(services: "Services", token: str) -> str:
    """Raises NotFound: a matter of another agent, and one that never was, look the same from here."""
    if not was_offered_to(services, guard.person().agent_id, token):
        raise NotFound
    return token
