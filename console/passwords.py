"""Passwords: argon2id, and a hash to check against when nobody has that name, so that both answers take as long."""

from typing import Protocol

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# the hash of a thrown-away random word, made with the default cost: checked when nobody has the given name
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$fPJERQOgTmct47drl5PaHg$cQzUydmhEgYUCqf/Z0wA7rB1C0ZoI1c2KrS77AAhG6s"  # noqa: S105


class Passwords(Protocol):
    def fits(self, password_hash: str | None, password: str) -> bool:
        """None: nobody has that name; the answer is no, after the same work."""


class Argon2Passwords:
    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._nobody = NOBODY if hasher is None else hasher.hash("nobody")

    def hash(self, password: str) -> str:
        return self._hasher.hash(password)

    def fits(self, password_hash: str | None, password: str) -> bool:
        try:
            right = self._hasher.verify(password_hash or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return right and password_hash is not None


def hash_password(password: str) -> str:
    """For whoever makes accounts."""
    return PasswordHasher().hash(password)
