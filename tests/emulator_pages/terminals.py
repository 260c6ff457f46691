"""Terminals as processes of their own: started, read until something is said, and never left running."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def started(module: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A terminal somebody types into; it never outlives its test."""
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments], stdin=pipe, stdout=pipe, stderr=pipe, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def type_in(process: subprocess.Popen[str], words: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{words}\n")
    process.stdin.flush()


def read_until(process: subprocess.Popen[str], words: str) -> str:
    assert process.stdout is not None
    seen = ""
    for row in process.stdout:
        seen += row
        if words in row:
            return seen
    raise AssertionError(f"never said: {words}\n{seen}")
