"""A leg that is dialled: whether the telephone at its end rings, and how the ringing ends."""

import re

from emulator.calls import Call, CallStatus
from emulator.network import Network
from emulator.telephones import is_client

EXTRA_SECONDS = 5  # Twilio adds them to every time-out
E164 = re.compile(r"\+[1-9][0-9]{5,14}")


def ring(network: Network, leg: Call, timeout: float) -> bool:
    """True when picked up and told so; otherwise the leg has ended with its reason. Business seconds."""
    network.progress(leg, "initiated")
    refusal = _unreachable(network, leg)
    if refusal is not None:
        network.end(leg, refusal, "network")
        return False
    network.progress(leg, "ringing")
    leg.note("ring", **{"from": leg.caller})
    answered = leg.wait(timeout + EXTRA_SECONDS, lambda: leg.picked_up or leg.refused is not None)
    if not answered:
        network.end(leg, "no-answer", "timeout")
        return False
    if leg.refused is not None:
        network.end(leg, "busy", "telephone")
        return False
    network.progress(leg, "in-progress")
    return True


def _unreachable(network: Network, leg: Call) -> CallStatus | None:
    """Why it does not even ring; None where it does. A number nobody spoke of before gets a telephone."""
    with network.lock:
        if is_client(leg.callee):
            return _client_unreachable(network, leg)
        if not E164.fullmatch(leg.callee) or leg.callee in network.numbers:
            return "failed"
        phone = network.telephone(leg.callee)
        engaged = any(call is not leg and not call.over for call in network.calls_of(leg.callee))
        return "busy" if engaged or phone.behaviour.on_ring == "busy" else None


def _client_unreachable(network: Network, leg: Call) -> CallStatus | None:
    phone = network.phones.get(leg.callee)
    if not network.registered(leg.callee):
        return "no-answer"
    if network.in_a_call(leg.callee):
        return "busy"
    return "busy" if phone is not None and phone.behaviour.on_ring == "busy" else None
