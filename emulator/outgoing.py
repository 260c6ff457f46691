"""Calls that the account makes over REST: queued, rung, and then living from their first document."""

from dataclasses import dataclass

from emulator.calls import Call, Fetch, Source, StatusSubscription
from emulator.network import Network
from emulator.player import live, start
from emulator.ringing import ring

DETECTION_SECONDS = 3.0  # business seconds until it is decided who answered


@dataclass(frozen=True)
class Order:
    caller: str
    callee: str
    first: Source
    timeout: int
    fallback: Fetch | None
    subscription: StatusSubscription
    detect_machine: bool


def place(network: Network, order: Order) -> Call:
    call = network.new_call(order.caller, order.callee, "outbound-api")
    call.subscription = order.subscription
    call.fallback = order.fallback
    slot = network.next_slot()
    start(network, call, lambda: _life(network, call, order, slot))
    return call


def _life(network: Network, call: Call, order: Order, slot: float) -> None:
    call.wait(max(0.0, slot - network.clock.elapsed()))
    if not ring(network, call, order.timeout):
        return
    if order.detect_machine:
        _detect(network, call)
    live(network, call, order.first)


def _detect(network: Network, call: Call) -> None:
    """The first document is asked for only when this is known."""
    phone = network.phones.get(call.callee)
    call.wait(DETECTION_SECONDS)
    machine = phone is not None and phone.behaviour.on_ring == "machine"
    call.answered_by = "machine_start" if machine else "human"
