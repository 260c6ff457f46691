"""A resident rings a number of the account."""

from emulator.calls import Call, Fetch
from emulator.network import Network, inbound_fallback, inbound_subscription
from emulator.player import live, start
from emulator.telephones import is_client

ANONYMOUS = "anonymous"


class NotConnected(Exception):
    """No such number, or nothing is set to answer it."""


def ring_in(network: Network, caller: str, number: str) -> Call:
    owned = network.numbers.get(number)
    if owned is None or not owned.voice_url:
        raise NotConnected(number)
    with network.lock:
        if caller.startswith("+") or is_client(caller):
            network.telephone(caller)
        call = network.new_call(caller or ANONYMOUS, number, "inbound")
        call.subscription = inbound_subscription(owned)
        call.fallback = inbound_fallback(owned)
        call.status = "ringing"
        call.picked_up = True  # the caller holds the telephone
        call.note("ring")
        network.history.add("leg", call_sid=call.sid, leg="ringing", to=number, caller=call.caller)
    start(network, call, lambda: live(network, call, Fetch(owned.voice_url)))
    return call
