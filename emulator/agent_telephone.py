"""An agent's browser telephone without a browser: registers as a device and hands on what happens to it."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from emulator.lab_client import Lab, LabError

_POLL_SECONDS = 20
_RECONNECT_SECONDS = 1.0


@dataclass(frozen=True)
class Rang:
    """One thing that happened to the telephone: incoming, cancel, accepted, disconnect, error or heard."""

    what: str
    call_sid: str
    text: str


class AgentTelephone:
    """Registers, listens in a thread, and registers again after the emulator was away."""

    def __init__(self, lab: Lab, token: Callable[[], str], happened: Callable[[Rang], None]) -> None:
        self._lab = lab
        self._token = token
        self._happened = happened
        self._session = ""
        self._over = threading.Event()

    def register(self) -> None:
        self._session = str(self._lab.device("register", {"token": self._token()})["session"])

    def start(self) -> None:
        self.register()
        threading.Thread(target=self._listen, daemon=True).start()

    def stop(self) -> None:
        self._over.set()

    def do(self, action: str, call_sid: str) -> None:
        """accept, reject or disconnect."""
        self._lab.device(action, {"session": self._session, "call_sid": call_sid})

    def _listen(self) -> None:
        since = 0
        while not self._over.is_set():
            try:
                found = self._lab.device_events(self._session, since, _POLL_SECONDS)
            except LabError:
                since = self._again(since)
                continue
            since = int(str(found["next"]))
            events = found.get("events")
            for event in events if isinstance(events, list) else []:
                self._happened(_rang(event))

    def _again(self, since: int) -> int:
        self._over.wait(_RECONNECT_SECONDS)
        try:
            self.register()
        except Exception as error:  # the console or the lab may be down: the next round tries again
            self._happened(Rang("error", "", str(error)))
            return since
        return 0


def _rang(event: Mapping[str, object]) -> Rang:
    return Rang(str(event["type"]), str(event.get("call_sid") or ""), str(event.get("text") or event.get("from") or ""))
