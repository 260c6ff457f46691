"""Webhooks and pages over kept connections, signed as the provider signs, and timed from the moment they were due.

One event loop asks for thousands of calls; what it costs itself is told beside what it measured (``Timed.late``).
"""

import asyncio
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlencode

from emulator.signature import sign

ANSWER_SECONDS = 15.0  # the provider's own patience
# Her first knock is told by its document alone: menu or door, she asked for the greeting (``network.kind_of``).
ASKED_TO_WAIT = re.compile(rb"/voice/step/incoming\?[^<]*[?;&]d=[1-9]")
_END = b"\r\n\r\n"


@dataclass(frozen=True)
class Answered:
    status: int  # 0: nobody answered
    head: bytes
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True)
class Timed:
    """One webhook. Seconds of the loop's clock; ``due``: when the caller's key, or the call, wanted it to leave."""

    kind: str
    due: float
    sent: float
    done: float
    status: int
    step: str = ""  # the last part of its path

    @property
    def seconds(self) -> float:
        return self.done - self.due

    @property
    def late(self) -> float:
        return self.sent - self.due


@dataclass
class Wire:
    """Towards one port on this machine."""

    port: int
    token: str = ""
    timed: list[Timed] = field(default_factory=list)
    _kept: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = field(default_factory=list)

    async def webhook(self, kind: str, url: str, fields: Mapping[str, str], due: float) -> Answered:
        """``url`` whole, as it stood in the document; its overrides behind ``#`` are the provider's alone."""
        asked = url.partition("#")[0]
        body = urlencode(fields).encode()
        path = "/" + asked.split("/", 3)[3]
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nUser-Agent: TwilioProxy/1.1\r\nAccept: */*\r\n"
            f"Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\n"
            f"X-Twilio-Signature: {sign(self.token, asked, fields)}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        sent = _now()
        answered = await self.ask(head.encode() + body)
        step = path.partition("?")[0].rpartition("/")[2]
        kind = "door" if ASKED_TO_WAIT.search(answered.body) else kind
        self.timed.append(Timed(kind, due, sent, _now(), answered.status, step))
        return answered

    async def ask(self, request: bytes) -> Answered:
        """On a kept connection if there is one; a dead one is replaced once."""
        while self._kept:
            line = self._kept.pop()
            if line[0].at_eof():
                line[1].close()
                continue
            found = await self._on(line, request)
            if found.status:
                return found
            break
        try:
            line = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return Answered(0, b"", b"")
        return await self._on(line, request)

    async def _on(self, line: tuple[asyncio.StreamReader, asyncio.StreamWriter], request: bytes) -> Answered:
        try:
            line[1].write(request)
            async with asyncio.timeout(ANSWER_SECONDS):
                found = await _answer(line[0])
        except (OSError, asyncio.IncompleteReadError, TimeoutError, ValueError):
            line[1].close()
            return Answered(0, b"", b"")
        if b"connection: close" in found.head.lower():
            line[1].close()
        else:
            self._kept.append(line)
        return found

    async def close(self) -> None:
        for _, writer in self._kept:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
        self._kept.clear()


async def _answer(reader: asyncio.StreamReader) -> Answered:
    head = await reader.readuntil(_END)
    fields = head.lower()
    at = fields.find(b"content-length:")
    length = int(fields[at + 15 : fields.index(b"\r\n", at)]) if at >= 0 else 0
    body = await reader.readexactly(length) if length else b""
    return Answered(int(head[9:12]), head, body)


def _now() -> float:
    return asyncio.get_running_loop().time()
