"""Answering machines: they greet, beep, and keep what they hear afterwards until somebody hangs up."""

from dataclasses import dataclass, field

from emulator.calls import Call, Event
from emulator.network import Network, telephone_number
from emulator.telephones import Behaviour, LeftMessage
from emulator.voice import Sound, Words, clipped, speaking_time, words_of
from emulator.words import spoken


@dataclass(eq=False)
class Tape:
    """One call that a machine answered. Moments are elapsed business seconds."""

    answered: float
    behaviour: Behaviour
    own: list[Sound] = field(default_factory=list)  # what is played on its leg
    partners: list[Sound] = field(default_factory=list)  # what is said by whom it is joined with

    @property
    def greeted(self) -> float:
        return self.answered + self.behaviour.greeting


class Machines:
    def __init__(self, network: Network) -> None:
        self._network = network
        self._tapes: dict[str, Tape] = {}
        network.event_listeners.append(self._heard)
        network.ended_listeners.append(self._ended)
        network.reset_listeners.append(self._tapes.clear)

    def tape(self, call: Call) -> Tape | None:
        """None where a person, or nobody, has answered."""
        return self._tapes.get(call.sid)

    def _heard(self, call: Call, event: Event) -> None:
        match event.kind:
            case "answered" if call.direction != "inbound":
                self._answered(call)
            case "joined":
                self._joined(call)
            case "say" | "play" if "from" not in event.data:
                self._played(call, event)
            case "speech":
                self._partner_speaks(call, event)

    def _answered(self, call: Call) -> None:
        phone = self._network.phones.get(telephone_number(call))
        if phone is None or phone.behaviour.on_ring != "machine" or self._network.has_device(phone.number):
            return
        tape = self._tapes[call.sid] = Tape(self._network.clock.elapsed(), phone.behaviour)
        greeting = Words(spoken("machine_greeting").text, phone.behaviour.greeting)
        call.voice.speak([greeting], tape.answered)
        self._network.agenda.after(tape.behaviour.greeting, lambda: self._beep(call, tape))

    def _joined(self, call: Call) -> None:
        """Whoever is joined with it during the greeting hears it."""
        tape = self._tapes.get(call.sid)
        if tape is None or self._network.clock.elapsed() >= tape.greeted:
            return
        words = spoken("machine_greeting")
        for partner in self._partners(call):
            partner.note("say", words.text, words.language, **{"from": call.callee})

    def _beep(self, call: Call, tape: Tape) -> None:
        with self._network.lock:
            if call.over or not tape.behaviour.beep:
                return
            for listener in (call, *self._partners(call)):
                listener.note("beep", **{"from": call.callee})

    def _partners(self, call: Call) -> list[Call]:
        return [self._network.calls[sid] for sid in call.partners if sid in self._network.calls]

    def _played(self, call: Call, event: Event) -> None:
        tape = self._tapes.get(call.sid)
        if tape is None:
            return
        text, now = event.text or "", self._network.clock.elapsed()
        seconds = float(str(event.data["seconds"])) if "seconds" in event.data else speaking_time(text)
        if tape.own and tape.own[-1].end > now:  # the document went on before it was over
            tape.own[-1:] = clipped(tape.own[-1:], 0, now)
        tape.own.append(Sound(now, now + seconds, text))

    def _partner_speaks(self, call: Call, event: Event) -> None:
        begin, seconds = (float(str(event.data[name])) for name in ("begin", "seconds"))
        for partner in self._partners(call):
            tape = self._tapes.get(partner.sid)
            if tape is not None:
                tape.partners.append(Sound(begin, begin + seconds, event.text or ""))

    def _ended(self, call: Call) -> None:
        tape = self._tapes.pop(call.sid, None)
        phone = self._network.phones.get(telephone_number(call))
        if tape is None or phone is None:
            return
        now = self._network.clock.elapsed()
        heard = sorted(clipped([*tape.own, *tape.partners], tape.greeted, now), key=lambda sound: sound.begin)
        if not heard:
            return
        at = self._network.clock.now().isoformat()
        phone.left.append(LeftMessage(call.sid, words_of(heard), round(now - tape.greeted, 1), at))
