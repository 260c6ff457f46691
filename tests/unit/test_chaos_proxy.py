"""The fault suite's proxy: what a caller hears when one of two web instances is slow, refuses or is gone."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.proxy import Front

REQUEST = b"POST /voice/incoming HTTP/1.1\r\nContent-Length: 2\r\n\r\na=1"
GONE = None


@dataclass(frozen=True)
class Instance:
    says: bytes
    gate: asyncio.Event | None = None  # answers once this is set


def answer(status: str, body: str) -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


GOOD, REFUSED = answer("200 OK", "good"), answer("503 Service Unavailable", "")


async def first_good(instances: Sequence[Instance | None], stack: AsyncExitStack) -> tuple[bytes, Front]:
    ports = [await begun(instance, stack) for instance in instances]
    front = Front(ports, Path("nowhere"))
    return await front.first_good(REQUEST, range(len(ports))), front


async def begun(instance: Instance | None, stack: AsyncExitStack) -> int:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert instance is not None
        await reader.readuntil(b"\r\n\r\n")
        if instance.gate is not None:
            await instance.gate.wait()
        writer.write(instance.says)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = int(server.sockets[0].getsockname()[1])
    if instance is GONE:
        server.close()
        await server.wait_closed()
    else:
        stack.callback(server.close)
    return port


def asked(*instances: Instance | None) -> bytes:
    async def all_of_it() -> bytes:
        async with AsyncExitStack() as stack:
            return (await first_good(instances, stack))[0]

    return asyncio.run(all_of_it())


def test_where_one_is_gone_or_refuses_the_other_is_asked() -> None:
    assert asked(GONE, Instance(GOOD)) == GOOD
    assert asked(Instance(REFUSED), Instance(GOOD)) == GOOD


def test_where_nobody_answers_well_the_refusal_is_passed_on() -> None:
    assert asked(Instance(REFUSED), GONE) == REFUSED
    assert asked(GONE, GONE).startswith(b"HTTP/1.1 503")


def test_one_that_hangs_is_not_waited_for_and_comes_last_for_a_while() -> None:
    async def all_of_it() -> tuple[bytes, list[int]]:
        async with AsyncExitStack() as stack:
            never = asyncio.Event()
            stack.callback(never.set)
            heard, front = await first_good([Instance(REFUSED, never), Instance(GOOD)], stack)
            return heard, front.order(frozenset())

    assert asyncio.run(all_of_it()) == (GOOD, [1, 0])


def test_one_that_is_only_slow_is_still_heard_when_the_other_cannot_answer() -> None:
    async def all_of_it() -> bytes:
        async with AsyncExitStack() as stack:
            open_gate = asyncio.Event()

            async def opened_when_the_other_was_asked(*_: object) -> None:
                open_gate.set()

            other = await asyncio.start_server(opened_when_the_other_was_asked, "127.0.0.1", 0)
            stack.callback(other.close)
            slow = await begun(Instance(GOOD, open_gate), stack)
            ports = [slow, int(other.sockets[0].getsockname()[1])]
            return await Front(ports, Path("nowhere")).first_good(REQUEST, (0, 1))

    assert asyncio.run(all_of_it()) == GOOD
