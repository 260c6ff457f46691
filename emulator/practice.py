"""The practice desk: which scripted residents are about, one at each telephone. Starts, stops and forgets them."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from emulator.history import Json
from emulator.network import Network
from emulator.practice_model import Book, Script
from emulator.practice_report import ZONE
from emulator.practice_resident import Resident

SHOWN_LINES = frozenset({"say", "heard", "speech", "key", "play", "hold", "joined", "parted"})


class Busy(Exception):
    """This resident is on the telephone already; the text is the script's id."""


class Practice:
    def __init__(self, network: Network, book: Book) -> None:
        self.book = book
        self._network = network
        self._residents: dict[str, Resident] = {}
        network.reset_listeners.append(self.forget)

    def begin(self, begins: Mapping[str, float], *, set_clock: bool) -> None:
        """Each script so many business minutes from now. Raises Busy, and then nobody begins."""
        scripts = [self.book.scripts[each] for each in begins]
        with self._network.lock:
            for script in scripts:
                if self._about(script.id) or self._network.in_a_call(script.number):
                    raise Busy(script.id)
            if set_clock:
                self._set_clock(scripts)
            started = [self._resident(script, begins[script.id] * 60) for script in scripts]
        for one in started:
            one.start()

    def _resident(self, script: Script, after: float) -> Resident:
        made = Resident(self._network, script, self.book.answers[script.language], after)
        self._residents.pop(script.id, None)  # the newest stands last
        self._residents[script.id] = made
        return made

    def _about(self, script_id: str) -> bool:
        known = self._residents.get(script_id)
        return known is not None and not known.over

    def _set_clock(self, scripts: list[Script]) -> None:
        """To the next such hour, where one of them happens at an hour of its own."""
        at = next((script.at for script in scripts if script.at), None)
        if at is None:
            return
        hour, minute = at.split(":")
        now = self._network.clock.now().astimezone(ZONE)
        moment = now.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
        if moment < now:
            moment = datetime.combine(moment.date() + timedelta(days=1), moment.time(), ZONE)
        self._network.clock.set(moment, None)

    def stop(self, script_id: str) -> bool:
        """She hangs up and waits for nothing more; False where she is not about."""
        resident = self._residents.get(script_id)
        if resident is None or resident.over:
            return False
        resident.stop()
        with self._network.lock:
            for call in self._network.calls_of(resident.script.number):
                if not call.over:
                    self._network.hang_up(call, "telephone")
        return True

    def forget(self) -> None:
        for resident in self._residents.values():
            resident.stop()
        self._residents.clear()

    def residents(self) -> list[dict[str, Json]]:
        """In the order in which they began."""
        with self._network.lock:
            return [{"script": one.script.id, **one.report.as_json()} for one in self._residents.values()]

    def lines(self, script_id: str) -> list[Json] | None:
        """Every word on this resident's telephone, call after call; None where she is not about."""
        resident = self._residents.get(script_id)
        if resident is None:
            return None
        with self._network.lock:
            calls = [self._network.calls[sid] for sid in resident.report.calls if sid in self._network.calls]
            return [
                {"call": call.sid, "at": event.at, "kind": event.kind, "text": event.text, "language": event.language}
                for call in calls
                for event in call.events
                if event.kind in SHOWN_LINES
            ]
