"""Puts the network together with what listens to it: callbacks, robots, queues, conferences, browsers' telephones."""

from emulator import (
    callbacks,
    verbs_dial,
    verbs_enqueue,
    verbs_flow,
    verbs_gather,
    verbs_sound,
)
from emulator.conferences import Conferences
from emulator.config import Config
from emulator.devices import Devices
from emulator.messages import Messages
from emulator.network import Network
from emulator.queues import Queues
from emulator.robots import Robots

VERB_MODULES = (verbs_dial, verbs_enqueue, verbs_flow, verbs_gather, verbs_sound)  # imported: their verbs are known


def assemble(config: Config) -> Network:
    network = Network(config)
    network.queues = Queues(network)
    network.conferences = Conferences(network)
    network.messages = Messages(network)
    network.devices = Devices(network)
    callbacks.subscribe(network)
    Robots(network)
    return network
