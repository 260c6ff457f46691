"""Carries connections on, byte for byte: ``python -m tests.hosts.relay 127.0.0.1:8082=10.77.0.1:8082 …``.

A host's own loopback address leads to the provider outside, because a trial's provider must be on this machine; the
way there goes over the host's cable and is cut with it.
"""

import asyncio
import sys
from collections.abc import Sequence
from contextlib import suppress

CONNECT_SECONDS = 3.0
CHUNK = 65536


async def carry(source: asyncio.StreamReader, goal: asyncio.StreamWriter) -> None:
    try:
        while chunk := await source.read(CHUNK):
            goal.write(chunk)
            await goal.drain()
        if goal.can_write_eof():
            goal.write_eof()
    except OSError:
        goal.close()


async def listen(here: str, there: str) -> asyncio.Server:
    host, _, port = here.rpartition(":")
    goal, _, goal_port = there.rpartition(":")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far = await asyncio.wait_for(asyncio.open_connection(goal, int(goal_port)), CONNECT_SECONDS)
        except (OSError, TimeoutError):
            writer.transport.abort()
            return
        await asyncio.gather(carry(reader, far[1]), carry(far[0], writer))
        for each in (writer, far[1]):
            with suppress(OSError):
                each.close()

    return await asyncio.start_server(serve, host, int(port), backlog=512)


async def main(ways: Sequence[str]) -> None:
    servers = [await listen(*way.split("=")) for way in ways]
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
