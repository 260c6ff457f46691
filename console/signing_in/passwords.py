"""Passwords: argon2id, and a hash to check against when nobody has that name, so that both answers take as long.

Each check costs 64 MB and much of a core for a moment, in the process that answers callers too: so only a few run at
once, and a flood of sign-ins waits or is sent away instead of the callers.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Protocol

from argon2 import Parameters, PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

# of every hash that is made here: RFC 9106, section 4, the second recommended option. Written out, so that no release
# of the library changes it alone: an unknown name must take as long as a known one
COST = Parameters(
    type=Type.ID, version=19, salt_len=16, hash_len=32, time_cost=3, memory_cost=64 * 1024, parallelism=4
)  # rounds, kilobytes, lanes
# the hash of a thrown-away random word, made at this cost: checked when nobody has the given name
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$fPJERQOgTmct47drl5PaHg$cQzUydmhEgYUCqf/Z0wA7rB1C0ZoI1c2KrS77AAhG6s"  # noqa: S105
AT_ONCE = 2
IN_LINE = 6  # those at work among them; whoever comes when so many are there is sent away at once
TURN_SECONDS = 1.0  # how long one waits for its turn
# without letters and digits that are mistaken for one another when they are read aloud
READABLE = "abcdefghjkmnpqrstuvwxyz23456789"


class NoTurn(Exception):
    """Too many passwords are being checked; this one was not looked at."""


class Passwords(Protocol):
    def fits(self, password_hash: str | None, password: str) -> bool:
        """None: nobody has that name; the answer is no, after the same work. Raises NoTurn."""

    def hash(self, password: str) -> str:
        """Raises NoTurn."""


class Argon2Passwords:
    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher.from_parameters(COST)
        self._nobody = NOBODY if hasher is None else hasher.hash("nobody")
        self._turns, self._line = BoundedSemaphore(AT_ONCE), BoundedSemaphore(IN_LINE)

    def hash(self, password: str) -> str:
        with self._turn():
            return self._hasher.hash(password)

    def fits(self, password_hash: str | None, password: str) -> bool:
        with self._turn():
            try:
                right = self._hasher.verify(password_hash or self._nobody, password)
            except (VerificationError, InvalidHashError):
                return False
        return right and password_hash is not None

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._line.acquire(blocking=False):
            raise NoTurn
        try:
            if not self._turns.acquire(timeout=TURN_SECONDS):
                raise NoTurn
            try:
                yield
            finally:
                self._turns.release()
        finally:
            self._line.release()


def hash_password(password: str) -> str:
    """For whoever makes accounts."""
    return PasswordHasher.from_parameters(COST).hash(password)


def one_time_password() -> str:
    """About 79 bits, in four groups that can be read aloud; whoever gets it must choose another at once."""
    return "-".join("".join(secrets.choice(READABLE) for _ in range(4)) for _ in range(4))
