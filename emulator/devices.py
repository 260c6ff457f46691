"""Browsers' telephones: sessions that registered with a token, what they are told, when they are gone.

A session lives while it polls: eight machine seconds without a poll, or a poll whose connection broke, end it.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from emulator.calls import Call, Event
from emulator.history import Json
from emulator.network import Network
from emulator.sids import new_sid

GONE_AFTER = 8.0
SWEEP = 0.5


@dataclass(eq=False)
class Session:
    id: str
    identity: str
    seen: float
    polling: int = 0
    events: list[dict[str, Json]] = field(default_factory=list)
    calls: set[str] = field(default_factory=set)  # those it accepted

    @property
    def number(self) -> str:
        return f"client:{self.identity}"


class Devices:
    def __init__(self, network: Network) -> None:
        self._network = network
        self.changed = threading.Condition(network.lock)
        self.sessions: dict[str, Session] = {}
        network.device_registries.append(self._knows)
        network.event_listeners.append(self._heard)
        network.ended_listeners.append(self._ended)
        network.reset_listeners.append(self.sessions.clear)
        threading.Thread(target=self._sweep, name="devices", daemon=True).start()

    def register(self, identity: str) -> Session:
        with self._network.lock:
            session = Session(new_sid("DS"), identity, time.monotonic())
            self.sessions[session.id] = session
            return session

    def poll(
        self, session: Session, since: int, seconds: float, connected: Callable[[], bool]
    ) -> tuple[list[dict[str, Json]], int]:
        deadline = time.monotonic() + seconds
        with self.changed:
            session.polling += 1
            try:
                while len(session.events) <= since and session.id in self.sessions:
                    left = deadline - time.monotonic()
                    if left <= 0 or not connected():
                        break
                    self.changed.wait(min(left, SWEEP))
            finally:
                session.polling -= 1
                session.seen = time.monotonic()
            if not connected():
                self._forget(session)
            return session.events[since:], max(since, len(session.events))

    def accept(self, session: Session, call: Call) -> str | None:
        """None, or why it is impossible."""
        with self._network.lock:
            if call.status != "ringing" or call.picked_up:
                return "it does not ring"
            call.picked_up = True
            session.calls.add(call.sid)
            call.changed.notify_all()
            return None

    def reject(self, call: Call) -> str | None:
        with self._network.lock:
            if call.status != "ringing" or call.picked_up:
                return "it does not ring"
            call.refused = "declined"
            call.changed.notify_all()
            return None

    def unregister(self, session: Session) -> None:
        with self._network.lock:
            self._forget(session)

    def _heard(self, call: Call, event: Event) -> None:
        if not call.callee.startswith("client:"):
            return
        if event.kind == "ring":
            for session in self._of(call.callee):
                self._tell(session, "incoming", call)
        elif event.kind == "answered":
            for session in self._of(call.callee):
                self._tell(session, "accepted" if call.sid in session.calls else "cancel", call)
        elif event.kind in ("say", "heard"):
            for session in self._of(call.callee):
                if call.sid in session.calls:
                    self._tell(session, "heard", call, text=event.text)

    def _ended(self, call: Call) -> None:
        for session in self._of(call.callee):
            if call.sid in session.calls:
                self._tell(session, "disconnect", call)
            elif not call.picked_up:
                self._tell(session, "cancel", call)

    def _tell(self, session: Session, kind: str, call: Call, **more: Json) -> None:
        params: dict[str, Json] = dict(call.parameters)
        session.events.append(
            {
                "n": len(session.events),
                "type": kind,
                "call_sid": call.sid,
                "from": call.caller,
                "to": call.callee,
                "params": params,
                **more,
            }
        )
        self.changed.notify_all()

    def _of(self, number: str) -> list[Session]:
        return [session for session in self.sessions.values() if session.number == number]

    def _knows(self, number: str) -> bool:
        return bool(self._of(number))

    def _sweep(self) -> None:
        while True:
            time.sleep(SWEEP)
            with self._network.lock:
                late = time.monotonic() - GONE_AFTER
                gone = [one for one in self.sessions.values() if not one.polling and one.seen < late]
                for session in gone:
                    self._forget(session)

    def _forget(self, session: Session) -> None:
        """A browser that died takes the talk with it."""
        if self.sessions.pop(session.id, None) is None:
            return
        for sid in session.calls:
            call = self._network.calls.get(sid)
            if call is not None:
                self._network.hang_up(call, "device")
        self.changed.notify_all()
