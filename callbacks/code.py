"""The short code spoken with a promise: six digits, uniformly drawn. Pure: the randomness is an argument."""

from collections.abc import Callable


def request_code(random_bytes: Callable[[int], bytes]) -> str:
    """Eight bytes keep the bias of the remainder below one in ten million millions."""
    return f"{int.from_bytes(random_bytes(8)) % 1_000_000:06d}"
