"""Opaque identifiers: they name rows, rooms and URLs without saying anything about a person."""

import os

_ALPHABET = b"abcdefghijkmnpqrstuvwxyz23456789"
_LETTERS = _ALPHABET * 8  # one for each byte; 32 divides 256, so none comes oftener than another


def new_id() -> str:
    """Twenty letters and digits, 100 bits; safe in URLs, conference names and job arguments."""
    return os.urandom(20).translate(_LETTERS).decode()
