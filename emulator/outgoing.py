"""Calls that the account makes over REST: queued, rung, and then living from their first document."""

from dataclasses import dataclass

from emulator.calls import Call, Fetch, Source, StatusSubscription
from emulator.detection import Detection, detect
from emulator.network import Network
from emulator.player import live, start
from emulator.ringing import ring


@dataclass(frozen=True)
class Order:
    caller: str
    callee: str
    first: Source
    timeout: int
    fallback: Fetch | None
    subscription: StatusSubscription
    detection: Detection | None


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
    if order.detection is not None:
        detect(network, call, order.detection)
    live(network, call, order.first)
