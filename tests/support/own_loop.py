"""Runs a coroutine to its end in a thread of its own.

A browser's test leaves a running loop behind in the main thread of its test process; ``asyncio.run`` refuses there, and
which tests share a process with a browser is decided by chance.
"""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Answer = TypeVar("Answer")


def to_its_end(work: Coroutine[Any, Any, Answer]) -> Answer:
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
