"""The agent's one page and what its buttons do. Each button is one use case of ``desks.service``."""

from typing import TYPE_CHECKING

from flask import Response, jsonify, render_template
from werkzeug.exceptions import BadRequest, NotFound

from adapters.digits import whole
from console import guard, tickets
from console.desk_json import desk_json
from console.posted import one_of, posted, yes_or_no
from console.rendering import page_language, wording
from desks import service as desks
from desks.queue.messages import coming, how_many
from desks.service import DECLINE_REASONS, OUTCOMES, PRESENCES
from desks.talk.on_behalf import promisable
from desks.talk.outcome import AVOIDABLE, DETAILS
from desks.view.card import DeskView
from desks.view.desk import desk_view, was_offered_to
from desks.view.parts import topic_path

if TYPE_CHECKING:
    from bootstrap import Services

Answer = Response | tuple[Response, int]

LONGEST_NOTE = 1000
LONGEST_LATER = 7 * 24 * 60


def show(services: "Services") -> str:
    return render_template("console/desk.html", **_page(services))


def part(services: "Services") -> str:
    """The page's living regions only; the script puts in place those that have changed."""
    return render_template("console/desk_part.html", **_page(services))


def as_json(services: "Services") -> Response:
    return jsonify(desk_json(_view(services), guard.person(), guard.csrf_token(services), wording(services)))


def set_presence(services: "Services") -> Answer:
    state = one_of("state", PRESENCES)
    return _answer(desks.set_presence(services, guard.person().agent_id, state))


def break_after_call(services: "Services") -> Answer:
    return _answer(desks.break_after_call(services, guard.person().agent_id, yes_or_no("on")))


def decline(services: "Services", token: str) -> Answer:
    reason = one_of("reason", DECLINE_REASONS)
    return _answer(desks.decline(services, guard.person().agent_id, _her_own(services, token), reason))


def outcome(services: "Services", token: str) -> Answer:
    chosen = one_of("outcome", OUTCOMES)
    minutes = _minutes() if chosen == "bad_moment" else None
    more = {"detail": _any_of("detail", DETAILS), "avoidable": _any_of("avoidable", AVOIDABLE)}
    more["shown"] = posted().get("window")
    note = posted().get("note", "").strip()[:LONGEST_NOTE]
    hers, agent_id = _her_own(services, token), guard.person().agent_id
    return _answer(desks.note_outcome(services, agent_id, hers, chosen, note=note, minutes=minutes, **more))


def hang_up(services: "Services", token: str) -> Answer:
    return _answer(desks.hang_up(services, guard.person().agent_id, _her_own(services, token)))


def events_ticket(services: "Services") -> Response:
    ticket = tickets.make_ticket(services.settings.secret_key, guard.person().agent_id)
    return jsonify(url=f"{services.settings.events_url}/stream?ticket={ticket}")


def _view(services: "Services") -> DeskView:
    return desk_view(services, guard.person().agent_id, page_language())


def _page(services: "Services") -> dict[str, object]:
    view, rules = _view(services), services.rules.current()
    held = view.offer.request_id if view.offer is not None else None
    return {
        "desk": view,
        "reasons": DECLINE_REASONS,
        "details": DETAILS,
        "avoidable": AVOIDABLE,
        "promisable": [(topic.id, topic_path(rules, topic.id, page_language())) for topic in promisable(rules)],
        "messages": how_many(services, guard.person().scope),
        "coming": coming(services, held) if held is not None else (),
    }


def _minutes() -> int | None:
    given = posted().get("minutes", "")
    if not given:
        return None
    minutes = whole(given, len(str(LONGEST_LATER)))
    if minutes is None or not 1 <= minutes <= LONGEST_LATER:
        raise BadRequest("minutes")
    return minutes


def _any_of(name: str, allowed: tuple[str, ...]) -> str | None:
    """Left out, or empty: she chose none."""
    return one_of(name, allowed) if posted().get(name) else None


def _answer(changed: bool) -> Answer:
    """False: the situation had already moved on, and the page shows the newest."""
    return jsonify(ok=True) if changed else (jsonify(error="moved_on"), 409)


def _her_own(services: "Services", token: str) -> str:
    """Raises NotFound: a matter of another agent, and one that never was, look the same from here."""
    if not was_offered_to(services, guard.person().agent_id, token):
        raise NotFound
    return token
