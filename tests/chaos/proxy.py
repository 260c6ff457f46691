"""The small proxy before two web instances, as a process of its own: asks the other where one does not answer soon.

A request goes to one instance, whole. Where no whole answer has come back after a moment, or 502/503 has, the other one
is asked the same (our webhooks may come twice), and the first good answer of the two is passed on. What stands in the
control file is obeyed from the next request on: ``down`` (indexes of instances that are not asked), ``delay`` (seconds
before each request).
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

SOON_SECONDS = 0.6  # then the other instance is asked too
LAST_SECONDS = 12.0  # then nobody answers
SICK_SECONDS = 1.0
MOST_BYTES = 2_000_000
NOBODY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass(frozen=True)
class Wish:
    down: frozenset[int] = frozenset()
    delay: float = 0.0


@dataclass
class Front:
    ports: Sequence[int]
    control: Path
    turn: int = 0
    sick_until: dict[int, float] = field(default_factory=dict)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await _message(reader)) is not None:
                writer.write(await self.answer(request))
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            pass  # whoever asked has gone, or said what is no request
        finally:
            writer.close()

    async def answer(self, request: bytes) -> bytes:
        wish = self.wish()
        await asyncio.sleep(wish.delay)
        return await self.first_good(request, self.order(wish.down))

    async def first_good(self, request: bytes, order: Sequence[int]) -> bytes:
        """Of all that are asked, one after another; where none is good the last that came, or nobody's."""
        waiting, asked = list(order), dict[asyncio.Task[bytes], int]()
        answer, until = NOBODY, time.monotonic() + LAST_SECONDS
        try:
            while waiting or asked:
                if waiting:
                    index = waiting.pop(0)
                    asked[asyncio.create_task(self.ask(self.ports[index], request))] = index
                patience = SOON_SECONDS if waiting else until - time.monotonic()
                done, late = await asyncio.wait(asked, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
                if not done:
                    self.sick(asked[task] for task in late)
                    if not waiting:
                        break
                for task in done:
                    answer = self.answered(task, asked.pop(task)) or answer
                    if not _refused(answer):
                        return answer
            return answer
        finally:
            for task in asked:
                task.cancel()

    def answered(self, task: asyncio.Task[bytes], index: int) -> bytes | None:
        try:
            return task.result()
        except (OSError, asyncio.IncompleteReadError, ValueError):
            self.sick([index])
            return None

    def sick(self, indexes: Iterable[int]) -> None:
        for index in indexes:
            self.sick_until[index] = time.monotonic() + SICK_SECONDS

    def wish(self) -> Wish:
        try:
            found = json.loads(self.control.read_text())
        except (OSError, ValueError):
            return Wish()
        return Wish(frozenset(found["down"]), float(found["delay"]))

    def order(self, down: frozenset[int]) -> list[int]:
        """Turn by turn; those that lately did not answer come last."""
        self.turn += 1
        up = [(self.turn + n) % len(self.ports) for n in range(len(self.ports))]
        now = time.monotonic()
        return sorted((i for i in up if i not in down), key=lambda i: self.sick_until.get(i, 0) > now)

    async def ask(self, port: int, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=MOST_BYTES)
        try:
            writer.write(request)
            await writer.drain()
            answer = await _message(reader)
        finally:
            writer.close()
        if answer is None:
            raise ConnectionResetError
        return answer


def _refused(answer: bytes) -> bool:
    return answer[9:12] in (b"502", b"503")


async def _message(reader: asyncio.StreamReader) -> bytes | None:
    """A whole request or answer, told by its Content-Length; None: the connection was closed before one began."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as cut:
        if cut.partial:
            raise
        return None
    first = head.split(b" ", 2)
    fields = {k.strip().lower(): v.strip() for k, _, v in (line.partition(b":") for line in head.split(b"\r\n")[1:])}
    size = int(fields.get(b"content-length", b"0"))
    if fields.get(b"transfer-encoding", b"").lower() == b"chunked":
        return head + await _chunks(reader)
    if first[0].startswith(b"HTTP/") and b"content-length" not in fields and first[1] not in (b"204", b"304"):
        return head + await reader.read()
    return head + (await reader.readexactly(size) if size else b"")


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    whole = b""
    while True:
        line = await reader.readuntil(b"\r\n")
        whole += line + await reader.readexactly(int(line.strip() or b"0", 16) + 2)
        if int(line.strip() or b"0", 16) == 0:
            return whole


async def run(port: int, ports: Sequence[int], control: Path) -> None:
    front = Front(ports, control)
    server = await asyncio.start_server(front.serve, "127.0.0.1", port, limit=MOST_BYTES, backlog=512)
    async with server:
        await server.serve_forever()


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--to", type=int, nargs="+", required=True)
    parser.add_argument("--control", type=Path, required=True)
    options = parser.parse_args(arguments)
    asyncio.run(run(options.port, options.to, options.control))


if __name__ == "__main__":
    main(sys.argv[1:])
