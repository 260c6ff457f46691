"""Telephones that act by themselves: they pick up, decline, press a key, hang up after a while."""

from emulator.calls import Call, Event
from emulator.network import Network, telephone_number
from emulator.telephones import Behaviour


class Robots:
    def __init__(self, network: Network) -> None:
        self._network = network
        self._to_press: dict[str, str] = {}
        self._talks: dict[str, int] = {}
        network.event_listeners.append(self._heard)
        network.reset_listeners.append(self._forget)

    def _heard(self, call: Call, event: Event) -> None:
        phone = self._network.phones.get(telephone_number(call))
        if phone is None or self._network.has_device(phone.number):
            return
        match event.kind:
            case "ring" if call.direction != "inbound":
                self._ringing(call, phone.behaviour)
            case "answered" if call.direction != "inbound":
                self._answered(call, phone.behaviour)
            case "gather":
                self._asked(call, phone.behaviour)
            case "joined":
                self._joined(call, phone.behaviour)

    def _ringing(self, call: Call, behaviour: Behaviour) -> None:
        match behaviour.on_ring:
            case "answer" | "machine":
                self._network.agenda.after(behaviour.after, lambda: self._pick_up(call))
            case "decline":
                self._network.agenda.after(behaviour.after, lambda: self._decline(call))
            case _:
                return

    def _pick_up(self, call: Call) -> None:
        with self._network.lock:
            if call.status == "ringing":
                call.picked_up = True
                call.changed.notify_all()

    def _decline(self, call: Call) -> None:
        with self._network.lock:
            if call.status == "ringing" and not call.picked_up:
                call.refused = "declined"
                call.changed.notify_all()

    def _answered(self, call: Call, behaviour: Behaviour) -> None:
        if behaviour.press:
            self._network.agenda.after(behaviour.press_after, lambda: self._press(call, behaviour.press))

    def _press(self, call: Call, digits: str) -> None:
        """Where keys are asked for; otherwise once they are: nobody presses before being asked."""
        with self._network.lock:
            if call.over:
                return
            if call.gathering is None or not call.gathering.keys:
                self._to_press[call.sid] = digits
                return
            call.press(digits)

    def _asked(self, call: Call, behaviour: Behaviour) -> None:
        """Somebody who was to press earlier needs the same time again from the question on."""
        digits = self._to_press.pop(call.sid, None)
        if digits is not None:
            self._network.agenda.after(behaviour.press_after, lambda: self._press(call, digits))

    def _joined(self, call: Call, behaviour: Behaviour) -> None:
        if behaviour.talk is None:
            return
        turn = self._talks[call.sid] = self._talks.get(call.sid, 0) + 1
        self._network.agenda.after(behaviour.talk, lambda: self._finish(call, turn))

    def _finish(self, call: Call, turn: int) -> None:
        with self._network.lock:
            if self._talks.get(call.sid) == turn and call.partners:
                self._network.hang_up(call, "telephone")

    def _forget(self) -> None:
        self._to_press.clear()
        self._talks.clear()
