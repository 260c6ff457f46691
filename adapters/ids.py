"""Opaque identifiers: they name rows, rooms and URLs without saying anything about a person."""

import secrets

_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"


def new_id() -> str:
    """Twenty letters and digits, about 100 bits; safe in URLs, conference names and job arguments."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(20))
