"""Opaque identifiers: they name rows, rooms and URLs without saying anything about a person."""

import secrets

_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"


def new_id() -> str:
    """Twenty letters and digits, about 100 bits; safe in URLs, conference names and job arguments."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(20))


def new_code() -> str:
    """Six digits that a resident can write down; not a secret by itself, its use is rate-limited."""
    return f"{secrets.randbelow(1_000_000):06d}"
