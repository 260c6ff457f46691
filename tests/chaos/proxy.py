"""The small proxy before two web instances, as a process of its own: asks the other where one does not answer.

A request goes to one instance, whole; where no whole answer comes back in time, or 502/503 does, the other one is asked
the same (our webhooks may come twice). What stands in the control file is obeyed from the next request on:
``down`` (indexes of instances that are not asked), ``delay`` (seconds before each request).
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

ANSWER_SECONDS = 1.5  # then the other instance is asked
LAST_SECONDS = 12.0  # where there is no other
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
        order = self.order(wish.down)
        for place, index in enumerate(order):
            seconds = LAST_SECONDS if place == len(order) - 1 else ANSWER_SECONDS
            try:
                answer = await asyncio.wait_for(self.ask(self.ports[index], request), seconds)
            except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError):
                self.sick_until[index] = time.monotonic() + SICK_SECONDS
                continue
            if place == len(order) - 1 or answer[9:12] not in (b"502", b"503"):
                return answer
        return NOBODY

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
