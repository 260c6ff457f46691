"""The browser telephone's errands: its key, its sign of life, and the page that takes it over."""

from typing import TYPE_CHECKING

from flask import Response, jsonify
from werkzeug.exceptions import BadRequest

from adapters.settings import REAL_TWILIO
from console import guard, telephone
from console.posted import one_of, posted
from desks.talk import telephone as telephones

if TYPE_CHECKING:
    from bootstrap import Services


def token(services: "Services") -> Response:
    """``microphone``: whether this telephone carries a voice at all; the trial one shows words instead."""
    made = telephone.telephone_for(services, guard.person().agent_id)
    real = services.settings.twilio_api_base_url == REAL_TWILIO
    return jsonify(token=made.token, identity=made.identity, sdk_url=made.sdk_url, edge=made.edge, microphone=real)


def heartbeat(services: "Services") -> Response:
    """``telephone`` in the answer: whether this page's is the one that rings. A page without one sends no ``tab``."""
    agent_id, tab = guard.person().agent_id, _tab()
    if not tab:
        telephones.beat(services, agent_id)
        return jsonify(ok=True)
    state = one_of("telephone", telephones.TELEPHONES)
    return jsonify(ok=True, telephone=telephones.beat(services, agent_id, tab, state))


def take(services: "Services") -> Response:
    tab = _tab()
    if not telephones.take(services, guard.person().agent_id, tab):
        raise BadRequest("tab")
    return jsonify(ok=True, telephone="here")


def _tab() -> str:
    tab = posted().get("tab", "")
    if tab and not (len(tab) <= telephones.LONGEST_TAB and tab.isascii() and tab.isalnum()):
        raise BadRequest("tab")
    return tab
