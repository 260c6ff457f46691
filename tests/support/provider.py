"""The provider as the tests see it: every order is written down, and answered as the test has said."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from adapters.voice_gateway import Done, NotDone, ProviderCall, ProviderRecording, Result, Unknown, VoiceGateway

BUSY_PROVIDER = NotDone(429, 20429, again=True)
REFUSED = NotDone(400, 21211, again=False)
LOST = Unknown("ReadTimeout")
NO_SUCH_CALL = NotDone(404, 20404, again=False)


@dataclass(frozen=True)
class Order:
    # call | redirect | take | end | hold | unhold | leaves_open | closes | text
    kind: str  # record | pause | resume | stop | delete_recording
    to: str  # a number, an identity or a call
    url: str = ""


class RecordingGateway(VoiceGateway):
    """``orders``: what was asked for, in that order. Without a word from the test each one is done."""

    def __init__(self) -> None:
        self.orders: list[Order] = []
        self._answers: deque[Result] = deque()
        self._calls: dict[str, ProviderCall] = {}
        self._company: dict[tuple[str, str], int] = {}
        self._recordings: dict[str, list[ProviderRecording]] = {}
        self._asking_fails = False
        self._during: dict[str, Callable[[], object]] = {}

    # --- what the test says --------------------------------------------------------------------------------------

    def answers(self, *results: Result) -> None:
        self._answers.extend(results)

    def knows(self, sid: str, status: str, parent: str | None = None, to: str = "") -> None:
        """A call that the provider would find if it were asked; its number is nobody's business here, unless said."""
        self._calls[sid] = ProviderCall(sid, status, to, parent, None)

    def records(self, call_sid: str, *found: ProviderRecording) -> None:
        """What the list of this call's recordings says from now on."""
        self._recordings[call_sid] = list(found)

    def finds_alone(self, room: str, call_sid: str) -> None:
        self.finds_company(room, call_sid, 1)

    def finds_company(self, room: str, call_sid: str, how_many: int) -> None:
        """``how_many`` are in that room, this one among them."""
        self._company[room, call_sid] = how_many

    def during(self, kind: str, deed: Callable[[], object]) -> None:
        """Somebody does this while the next order of that kind is on its way."""
        self._during[kind] = deed

    def cannot_be_asked(self) -> None:
        self._asking_fails = True

    def can_be_asked(self) -> None:
        self._asking_fails = False

    def ordered(self, kind: str) -> list[Order]:
        return [order for order in self.orders if order.kind == kind]

    # --- what the service says -----------------------------------------------------------------------------------

    def call(
        self, to: str, caller_id: str, url: str, status_callback: str, fallback_url: str, ring_seconds: int
    ) -> Result:
        return self._take(Order("call", to, url))

    def redirect(self, call_sid: str, url: str) -> Result:
        return self._take(Order("redirect", call_sid, url))

    def take_from_queue(self, queue_sid: str, call_sid: str, url: str) -> Result:
        return self._take(Order("take", call_sid, url))

    def hold(self, room: str, call_sid: str, hold_url: str | None) -> Result:
        return self._take(Order("hold" if hold_url else "unhold", call_sid, hold_url or ""))

    def leaves_open(self, room: str, call_sid: str) -> Result:
        return self._take(Order("leaves_open", call_sid))

    def closes(self, room: str, call_sid: str) -> Result:
        return self._take(Order("closes", call_sid))

    def company(self, room: str, call_sid: str) -> int | NotDone | Unknown:
        if self._asking_fails:
            return LOST
        return self._company.get((room, call_sid), 0)

    def end(self, call_sid: str) -> Result:
        return self._take(Order("end", call_sid))

    def text(self, to: str, sender: str, body: str, status_callback: str) -> Result:
        return self._take(Order("text", to))

    def record(self, call_sid: str, status_callback: str) -> Result:
        result = self._take(Order("record", call_sid, status_callback))
        return Done(f"RE{0xF000 + len(self.orders):032x}") if isinstance(result, Done) else result

    def pause_recording(self, call_sid: str, recording_sid: str) -> Result:
        return self._take(Order("pause", recording_sid))

    def resume_recording(self, call_sid: str, recording_sid: str) -> Result:
        return self._take(Order("resume", recording_sid))

    def stop_recording(self, call_sid: str, recording_sid: str) -> Result:
        return self._take(Order("stop", recording_sid))

    def recordings_of(self, call_sid: str) -> list[ProviderRecording] | NotDone | Unknown:
        if self._asking_fails:
            return LOST
        return self._recordings.get(call_sid, [])

    def delete_recording(self, recording_sid: str) -> Result:
        return self._take(Order("delete_recording", recording_sid))

    def delete_call(self, call_sid: str) -> Result:
        return self._take(Order("delete_call", call_sid))

    def delete_text(self, message_sid: str) -> Result:
        return self._take(Order("delete_text", message_sid))

    def look_up(self, call_sid: str) -> ProviderCall | NotDone | Unknown:
        if self._asking_fails:
            return LOST
        return self._calls.get(call_sid, NO_SUCH_CALL)

    def legs_of(self, parent_call_sid: str) -> list[ProviderCall] | NotDone | Unknown:
        if self._asking_fails:
            return LOST
        return [call for call in self._calls.values() if call.parent == parent_call_sid]

    def _take(self, order: Order) -> Result:
        if (deed := self._during.pop(order.kind, None)) is not None:
            deed()
        self.orders.append(order)
        if self._answers:
            return self._answers.popleft()
        return Done(f"CA{0xF000 + len(self.orders):032x}")
