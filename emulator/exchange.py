"""Puts the network together with what listens to it: callbacks, robots, queues, conferences, browsers' telephones."""

from emulator import (
    callbacks,
    verbs_dial,
    verbs_enqueue,
    verbs_flow,
    verbs_gather,
    verbs_record,
    verbs_sound,
)
from emulator.conferences import Conferences
from emulator.config import Config
from emulator.devices import Devices
from emulator.machines import Machines
from emulator.messages import Messages
from emulator.network import Network
from emulator.queues import Queues
from emulator.recorders import Recorders
from emulator.recordings import Recordings
from emulator.robots import Robots

# imported: their verbs are known
VERB_MODULES = (verbs_dial, verbs_enqueue, verbs_flow, verbs_gather, verbs_record, verbs_sound)


def assemble(config: Config) -> Network:
    network = Network(config)
    network.queues = Queues(network)
    network.conferences = Conferences(network)
    network.messages = Messages(network)
    network.devices = Devices(network)
    network.recordings = Recordings(network)
    network.recorders = Recorders(network)
    network.machines = Machines(network)
    callbacks.subscribe(network)
    Robots(network)
    return network
