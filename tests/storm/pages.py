"""Open pages during the storm, as the real ones behave: agents' desks, supervisors' boards and their exports.

A page that is told to wait (503 with Retry-After) asks again no sooner; an agent's sign of life never waits.
"""

import asyncio
import json
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from console.shedding import IN_HAND
from tests.load.agents import BESIDES_SECONDS, LOOK_SECONDS, Agent
from tests.load.wire import Answered, Timed

BOARD_SECONDS, EXPORT_SECONDS = 3.0, 20.0
EXPORTS = ("/console/audit.csv", "/console/why", "/console/recordings")
WAITED = "shed"


@dataclass(eq=False)
class Page(Agent):
    """An agent whose page knows how to wait. ``counts``: what was asked for and what came of it, of all pages."""

    def counting(self, counts: Counter[tuple[str, str]]) -> "Page":
        self.counts = counts
        return self

    async def posts(self, path: str, **body: str) -> Answered:
        answered = await super().posts(path, **body)
        self._count("sign of life" if path.endswith("heartbeat") else "deed", answered)
        return answered

    async def asks(self, what: str, path: str, in_hand: bool = False) -> Answered:
        begun = asyncio.get_running_loop().time()
        answered = await self._get(path, in_hand)
        self.wire.timed.append(Timed("page", begun, begun, asyncio.get_running_loop().time(), answered.status))
        self._count(what, answered)
        if answered.status == 503:
            await asyncio.sleep(wait_of(answered))
        return answered

    async def _get(self, path: str, in_hand: bool) -> Answered:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        lines = (
            f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{self.wire.port}", "Accept: application/json, text/html",
            f"Cookie: {cookies}", *([f"{IN_HAND}: yes"] if in_hand else []), "", "",
        )  # fmt: skip
        return await self.wire.ask("\r\n".join(lines).encode())

    def _count(self, what: str, answered: Answered) -> None:
        came = WAITED if answered.status == 503 else "served" if 200 <= answered.status < 500 else "failed"
        self.counts[what, came] += 1

    async def _looks(self) -> None:
        while self.present:
            with suppress(TimeoutError):
                async with asyncio.timeout(BESIDES_SECONDS):
                    await self.hint.wait()
            await asyncio.sleep(LOOK_SECONDS)
            self.hint.clear()
            hers = self.on_the_telephone
            await self.asks("card, in hand" if hers else "card, nothing in hand", "/console/part", hers)

    async def _listens(self) -> None:
        while self.present:
            ticket = await self.asks("new stream", "/console/events-ticket")
            if ticket.status == 200:
                await self._reads(str(json.loads(ticket.body)["url"]))
            await asyncio.sleep(1.0)

    async def _reads(self, url: str) -> None:
        parts = urlsplit(url)
        with suppress(OSError, asyncio.IncompleteReadError):
            reader, writer = await asyncio.open_connection("127.0.0.1", parts.port)
            writer.write(f"GET {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
            while self.present and (line := await reader.readline()):
                if b'"changed": true' in line:
                    self.hint.set()
            writer.close()

    # --- a supervisor's ------------------------------------------------------------------------------------------

    async def shows_the_board(self) -> None:
        """The live board with its stream, and now and then an export."""
        self.present = True
        for work in (self._listens(), self._watches(), self._exports()):
            self.network.begin(work)

    async def _watches(self) -> None:
        while self.present:
            await self.asks("board", "/console/line/part")
            await asyncio.sleep(BOARD_SECONDS)

    async def _exports(self) -> None:
        asked = 0
        while self.present:
            await self.asks("export", EXPORTS[asked % len(EXPORTS)])
            asked += 1
            await asyncio.sleep(EXPORT_SECONDS)


def wait_of(answered: Answered) -> float:
    """Seconds, from the header; one where it says none: the bar on the table is the header itself."""
    for line in answered.head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"retry-after":
            return float(value)
    return 1.0
