"""The light provider's REST side: what the service's processes order, over plain HTTP on one port."""

import asyncio
import base64
import json
import re
import struct
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit

from tests.load.leg import Leg, new_sid
from tests.load.network import Network, Recording

Answer = tuple[int, object]
_END = b"\r\n\r\n"
_ACCOUNT = r"/2010-04-01/Accounts/AC[0-9a-f]{32}"
BYTES_A_SECOND = 16_000
NOT_FOUND: Answer = (404, {"code": 20404, "message": "not found", "status": 404})
NOT_RUNNING: Answer = (400, {"code": 21220, "message": "Call is not in-progress", "status": 400})


class Rest:
    """``rings``: what is done with a call that the service has ordered."""

    def __init__(self, network: Network, keys: tuple[tuple[str, str], ...], rings: Callable[[Leg, str], None]) -> None:
        self.network, self.rings = network, rings
        self.asked = 0
        self._secrets = {"Basic " + base64.b64encode(":".join(pair).encode()).decode() for pair in keys}
        self._server: asyncio.Server | None = None
        call, conference = r"Calls/(CA[0-9a-f]{32})", r"Conferences/(CF[0-9a-f]{32})"
        recording = r"(?:Calls/CA[0-9a-f]{32}/)?Recordings/(RE[0-9a-f]{32})"
        routes: tuple[tuple[str, str, Callable[..., Answer]], ...] = (
            ("POST", r"Calls\.json", self._create),
            ("GET", r"Calls\.json", self._calls),
            ("GET", call + r"\.json", self._call),
            ("POST", call + r"\.json", self._update),
            ("POST", r"Queues/(QU[0-9a-f]{32})/Members/(CA[0-9a-f]{32})\.json", self._take),
            ("GET", r"Conferences\.json", self._rooms),
            ("GET", conference + r"/Participants\.json", self._members),
            ("POST", conference + r"/Participants/(CA[0-9a-f]{32})\.json", self._member),
            ("POST", r"Messages\.json", self._text),
            ("POST", call + r"/Recordings\.json", self._record),
            ("GET", call + r"/Recordings\.json", self._recorded),
            ("POST", recording + r"\.json", self._recording),
            ("DELETE", recording + r"(?:\.json)?", self._delete),
            ("GET", recording + r"\.wav", self._sound),
            ("GET", r"Recordings\.json", self._all_recorded),
        )
        self._routes = [(method, re.compile(f"{_ACCOUNT}/{path}"), answer) for method, path, answer in routes]

    async def listen(self, port: int) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()

    # --- HTTP ----------------------------------------------------------------------------------------------------

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, ValueError, asyncio.CancelledError):
            while True:
                head = (await reader.readuntil(_END)).decode("latin-1")
                first, *lines = head.split("\r\n")
                fields = {n.lower(): v.strip() for n, _, v in (line.partition(":") for line in lines if line)}
                body = await reader.readexactly(int(fields.get("content-length", "0")))
                method, target, _ = first.split(" ")
                status, answer = self._answer(method, target, body.decode(), fields.get("authorization", ""))
                writer.write(_written(status, answer))
                await writer.drain()
        writer.close()

    def _answer(self, method: str, target: str, body: str, authorization: str) -> Answer:
        self.asked += 1
        if authorization not in self._secrets:
            return 401, {"code": 20003, "message": "Authenticate", "status": 401}
        parts = urlsplit(target)
        for wanted, path, answer in self._routes:
            if wanted == method and (found := path.fullmatch(parts.path)) is not None:
                given = parse_qs(body if method == "POST" else parts.query, keep_blank_values=True)
                return answer(*found.groups(), {name: " ".join(values) for name, values in given.items()})
        self.network.problem("", 20404, f"{method} {parts.path} is not known here")
        return NOT_FOUND

    # --- calls ---------------------------------------------------------------------------------------------------

    def _create(self, form: dict[str, str]) -> Answer:
        leg = self.network.new_leg(form["From"], form["To"], "outbound-api")
        leg.told, leg.told_of = form.get("StatusCallback", ""), frozenset(form.get("StatusCallbackEvent", "").split())
        answer = 201, self._resource(leg)
        self.rings(leg, form["Url"])
        return answer

    def _calls(self, query: dict[str, str]) -> Answer:
        parent = query.get("ParentCallSid")
        found = [leg for leg in self.network.legs.values() if leg.parent is not None and leg.parent.sid == parent]
        return 200, _page("calls", [self._resource(leg) for leg in found])

    def _call(self, sid: str, query: dict[str, str]) -> Answer:
        leg = self.network.legs.get(sid)
        return NOT_FOUND if leg is None else (200, self._resource(leg))

    def _update(self, sid: str, form: dict[str, str]) -> Answer:
        leg = self.network.legs.get(sid)
        if leg is None:
            return NOT_FOUND
        if leg.over or (form.get("Url") and leg.status != "in-progress"):
            return NOT_RUNNING
        if form.get("Url"):
            self._send_on(leg, form["Url"])
        else:
            self.network.end(leg)
        return 200, self._resource(leg)

    def _send_on(self, leg: Leg, url: str) -> None:
        leg.sent_to = url
        leg.changed.set()

    def _take(self, queue: str, sid: str, form: dict[str, str]) -> Answer:
        leg = self.network.legs.get(sid)
        if leg is None or leg.queue != queue or leg.over or leg.sent_to:
            return NOT_FOUND
        self._send_on(leg, form["Url"])
        return 200, {"call_sid": sid, "queue_sid": queue, "position": 1, "wait_time": 0, "account_sid": self._account}

    @property
    def _account(self) -> str:
        return self.network.account

    def _resource(self, leg: Leg) -> dict[str, object]:
        parent = leg.parent.sid if leg.parent is not None else None
        return {
            "sid": leg.sid, "status": leg.status, "to": leg.callee, "from": leg.caller, "parent_call_sid": parent,
            "direction": leg.direction, "start_time": None, "account_sid": self._account,
        }  # fmt: skip

    # --- rooms ---------------------------------------------------------------------------------------------------

    def _rooms(self, query: dict[str, str]) -> Answer:
        room = self.network.rooms.get(query.get("FriendlyName", ""))
        if room is None or (query.get("Status") == "in-progress" and (room.over or not room.started)):
            return 200, _page("conferences", [])
        status = "completed" if room.over else "in-progress" if room.started else "init"
        return 200, _page("conferences", [{"sid": room.sid, "friendly_name": room.name, "status": status}])

    def _members(self, sid: str, query: dict[str, str]) -> Answer:
        room = next((one for one in self.network.rooms.values() if one.sid == sid), None)
        return 200, _page("participants", [{"call_sid": one} for one in (room.members if room is not None else ())])

    def _member(self, sid: str, call_sid: str, form: dict[str, str]) -> Answer:
        room = next((one for one in self.network.rooms.values() if one.sid == sid and not one.over), None)
        if room is None or call_sid not in room.members:
            return NOT_FOUND
        if "EndConferenceOnExit" in form:
            room.members[call_sid] = form["EndConferenceOnExit"].lower() == "true"
        return 200, {"call_sid": call_sid, "conference_sid": sid}

    # --- texts and sound -----------------------------------------------------------------------------------------

    def _text(self, form: dict[str, str]) -> Answer:
        sid, network = new_sid("SM"), self.network
        message = {"sid": sid, "from": form["From"], "to": form["To"], "body": form["Body"]}
        network.messages.append(message)
        network.spent["text segments"] = network.spent.get("text segments", 0.0) + segments(form["Body"])
        fields = {"AccountSid": self._account, "MessageSid": sid, "SmsSid": sid, "From": form["From"], "To": form["To"]}
        if form.get("StatusCallback"):
            for status in ("sent", "delivered"):
                told = {**fields, "MessageStatus": status, "SmsStatus": status, "ApiVersion": "2010-04-01"}
                network.tell(form["StatusCallback"], told, sid)
        return 201, {**message, "status": "queued", "account_sid": self._account}

    def _record(self, sid: str, form: dict[str, str]) -> Answer:
        leg = self.network.legs.get(sid)
        if leg is None or leg.status != "in-progress":
            return NOT_RUNNING
        told, events = form.get("RecordingStatusCallback", ""), form.get("RecordingStatusCallbackEvent", "completed")
        return 201, self._sound_of(self.network.record(leg, "StartCallRecordingAPI", told, events))

    def _recorded(self, sid: str, query: dict[str, str]) -> Answer:
        found = [one for one in self.network.recordings.values() if one.leg.sid == sid and one.status != "deleted"]
        return 200, _page("recordings", [self._sound_of(one) for one in found])

    def _all_recorded(self, query: dict[str, str]) -> Answer:
        return 200, _page("recordings", [])

    def _recording(self, sid: str, form: dict[str, str]) -> Answer:
        one = self.network.recordings.get(sid)
        if one is None:
            return NOT_FOUND
        if form.get("Status") == "stopped":
            self.network.finish(one)
        elif one.status in ("in-progress", "paused"):
            one.status = form.get("Status", one.status)
        return 200, self._sound_of(one)

    def _delete(self, sid: str, query: dict[str, str]) -> Answer:
        one = self.network.recordings.get(sid)
        if one is None or one.status == "deleted":
            return NOT_FOUND
        one.status = "deleted"
        return 204, b""

    def _sound(self, sid: str, query: dict[str, str]) -> Answer:
        one = self.network.recordings.get(sid)
        if one is None or one.status != "completed":
            return NOT_FOUND
        size = one.seconds * BYTES_A_SECOND
        head = struct.pack(
            "<4sI8sIHHIIHH4sI", b"RIFF", size + 36, b"WAVEfmt ", 16, 1, 1, 8000, 16000, 2, 16, b"data", size
        )
        return 200, head + bytes(size)

    def _sound_of(self, one: Recording) -> dict[str, object]:
        return {
            "sid": one.sid, "call_sid": one.leg.sid, "status": one.status, "duration": str(one.seconds),
            "source": one.source, "start_time": None, "account_sid": self._account,
        }  # fmt: skip


def segments(body: str) -> int:
    """A character outside the provider's short alphabet makes every segment shorter."""
    short = all(ord(character) < 128 or character in "£¥èéùìòÇØøÅåÄÖÑÜäöñüà§¿" for character in body)
    one, several = (160, 153) if short else (70, 67)
    return 1 if len(body) <= one else -(-len(body) // several)


def _page(name: str, entries: list[dict[str, object]]) -> dict[str, object]:
    return {name: entries, "next_page_uri": None, "page": 0, "page_size": 50, "uri": "", "first_page_uri": ""}


def _written(status: int, answer: object) -> bytes:
    sound = isinstance(answer, bytes)
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    kind = "audio/x-wav" if sound else "application/json"
    head = f"HTTP/1.1 {status} .\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body
