"""The telephone network: who exists, which calls are up, and what happens to a leg from outside.

Everything shared is here, under one lock. Documents are played elsewhere, by one thread for each call.
"""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from emulator.agenda import Agenda
from emulator.calls import FINAL, Call, CallStatus, Direction, Event, Fetch, StatusSubscription
from emulator.clock import Clock
from emulator.config import Config, OwnedNumber
from emulator.faults import FaultTable
from emulator.history import History, Problem
from emulator.sids import new_sid
from emulator.telephones import Telephone
from emulator.threads import Threads
from emulator.webhook import WebhookSender
from emulator.words import error_name

PATIENCE = 2.0  # machine seconds a reset waits for requests that are under way

if TYPE_CHECKING:
    from emulator.conferences import Conferences
    from emulator.devices import Devices
    from emulator.machines import Machines
    from emulator.messages import Messages
    from emulator.queues import Queues
    from emulator.recorders import Recorders
    from emulator.recordings import Recordings


class Network:
    conferences: "Conferences"  # these seven are put in place by `exchange.assemble`
    devices: "Devices"
    machines: "Machines"
    messages: "Messages"
    queues: "Queues"
    recorders: "Recorders"
    recordings: "Recordings"

    def __init__(self, config: Config) -> None:
        self.config = config
        self.origin = f"http://{config.host}:{config.port}"  # where recordings are fetched
        self.lock = threading.RLock()
        self.clock = Clock(config.clock_file)
        self.history = History(self.clock)
        self.faults = FaultTable(self.history)
        self.agenda = Agenda(self.clock)
        self.threads = Threads()
        self.sender = WebhookSender(config, self.history, self.faults)
        self.numbers: dict[str, OwnedNumber] = {number.number: number for number in config.numbers}
        self.calls: dict[str, Call] = {}
        self.phones: dict[str, Telephone] = {}
        self._by_telephone: dict[str, list[Call]] = {}
        self._slot = 0.0
        self.device_registries: list[Callable[[str], bool]] = []
        self.reset_listeners: list[Callable[[], None]] = []
        self.ended_listeners: list[Callable[[Call], None]] = []
        self.event_listeners: list[Callable[[Call, Event], None]] = []
        self.company_listeners: list[Callable[[Call], None]] = []  # whom this call hears has changed
        self.progress_listeners: list[Callable[[Call, str], None]] = []

    # --- telephones ----------------------------------------------------------------------------------------------

    def telephone(self, number: str, label: str = "") -> Telephone:
        """Made when first spoken of, so that a person can pick up any number."""
        with self.lock:
            phone = self.phones.setdefault(number, Telephone(number))
            phone.label = label or phone.label
            return phone

    def calls_of(self, number: str) -> list[Call]:
        """Newest first; legs that ring or rang this telephone, and calls made from it."""
        with self.lock:
            return self._by_telephone.get(number, [])[::-1]

    def in_a_call(self, number: str) -> bool:
        """Talking (a browser's telephone may be rung several times at once)."""
        with self.lock:
            return any(not call.over and call.picked_up for call in self.calls_of(number))

    def has_device(self, number: str) -> bool:
        """A browser is registered for this identity: it, not the robot, rings."""
        return any(knows(number) for knows in self.device_registries)

    def registered(self, number: str) -> bool:
        return self.has_device(number) or number in self.phones

    # --- calls ---------------------------------------------------------------------------------------------------

    def new_call(self, caller: str, callee: str, direction: Direction, parent: Call | None = None) -> Call:
        with self.lock:
            call = Call(new_sid("CA"), caller, callee, direction, self.clock, self.lock, parent)
            call.on_event = self._event
            call.on_hang_up = self.hang_up
            self.calls[call.sid] = call
            self._by_telephone.setdefault(telephone_number(call), []).append(call)
            return call

    def progress(self, call: Call, status: CallStatus) -> None:
        """A leg moved on; subscribers are told. A leg never moves back from its end."""
        with self.lock:
            if call.over or call.status == status:
                return
            call.status = status
            if status == "in-progress":
                call.answered_at = self.clock.elapsed()
                call.started = self.clock.now()
                call.picked_up = True
                call.note("answered")
            self.history.add("leg", call_sid=call.sid, leg=status, to=call.callee, caller=call.caller)
            call.changed.notify_all()
            self._tell(call, _PROGRESS[status])

    def end(self, call: Call, status: CallStatus = "completed", by: str = "") -> None:
        with self.lock:
            if call.over:
                return
            was = call.status
            call.status = status if status in FINAL else "completed"
            call.ended = self.clock.now()
            if call.answered_at is not None:
                call.duration = round(self.clock.elapsed() - call.answered_at)
            call.gathering = call.recording = None
            self._part_all(call)
            call.note("end", status=call.status, by=by)
            if call.parent is not None:
                call.parent.changed.notify_all()
            self.history.add("leg", call_sid=call.sid, leg="end", status=call.status, to=call.callee, by=by)
            for listener in self.ended_listeners:
                listener(call)
            if was != "queued" or status != "canceled":
                self._tell(call, "completed")

    def hang_up(self, call: Call, by: str) -> None:
        """What a hung-up telephone does to its call."""
        if call.answered_at is not None or call.direction == "inbound":
            self.end(call, "completed", by)
        else:
            self.end(call, "canceled", by)

    def _tell(self, call: Call, event: str) -> None:
        for listener in self.progress_listeners:
            listener(call, event)

    def _event(self, call: Call, event: Event) -> None:
        for listener in self.event_listeners:
            listener(call, event)

    def next_slot(self) -> float:
        """When the next call over REST may go out (elapsed business seconds): the account's calls per second."""
        with self.lock:
            now = self.clock.elapsed()
            if self.config.calls_per_second is None:
                return now
            self._slot = max(now, self._slot + 1 / self.config.calls_per_second)
            return self._slot

    # --- who talks with whom -------------------------------------------------------------------------------------

    def join(self, one: Call, other: Call) -> None:
        with self.lock:
            for call, partner in ((one, other), (other, one)):
                if partner.sid not in call.partners:
                    call.partners.add(partner.sid)
                    call.note("joined", telephone_number(partner), **{"with": partner.sid})
            self._new_company(one, other)

    def part(self, one: Call, other: Call) -> None:
        with self.lock:
            for call, partner in ((one, other), (other, one)):
                if partner.sid in call.partners:
                    call.partners.discard(partner.sid)
                    if not call.over:
                        call.note("parted", telephone_number(partner), **{"with": partner.sid})
            self._new_company(one, other)

    def listens(self, hearer: Call, speaker: Call, *, hears: bool) -> None:
        """Without being heard: muted, or coaching somebody else."""
        with self.lock:
            if hears:
                hearer.hears.add(speaker.sid)
            else:
                hearer.hears.discard(speaker.sid)
            self._new_company(hearer)

    def _new_company(self, *calls: Call) -> None:
        for listener in self.company_listeners:
            for call in calls:
                listener(call)

    def _part_all(self, call: Call) -> None:
        for sid in list(call.partners):
            self.part(call, self.calls[sid])

    def reset(self) -> None:
        """Everything is forgotten but the numbers and the clock; calls end without telling anybody."""
        with self.lock:
            for call in self.calls.values():
                if not call.over:
                    call.status = "completed"
                    call.changed.notify_all()
            self.calls.clear()
            self._by_telephone.clear()
            self.agenda.clear()
            self.faults.clear()
        self.threads.join(PATIENCE)
        with self.lock:
            self.phones.clear()
            self.history.clear()
            for forget in self.reset_listeners:
                forget()

    # --- errors --------------------------------------------------------------------------------------------------

    def problem(self, call: Call, problem: Problem, document: str = "", url: str = "") -> None:
        """Something Twilio would not accept: on the error list and in the call's own events."""
        if call.sid not in self.calls:
            return  # forgotten by a reset
        self.history.add_error(problem, call.sid, document, url)
        call.note("error", f"{problem.code} {error_name(problem.code)}: {problem.message}", code=problem.code, url=url)


_PROGRESS: dict[CallStatus, str] = {
    "queued": "queued",
    "initiated": "initiated",
    "ringing": "ringing",
    "in-progress": "answered",
}


def telephone_number(call: Call) -> str:
    """The telephone at the outer end of the leg."""
    return call.caller if call.direction == "inbound" else call.callee


def inbound_subscription(number: OwnedNumber) -> StatusSubscription:
    return StatusSubscription(url=number.status_callback)


def inbound_fallback(number: OwnedNumber) -> Fetch | None:
    return Fetch(number.voice_fallback_url) if number.voice_fallback_url else None
