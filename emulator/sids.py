"""Identifiers in the provider's shape: two letters and 32 lowercase hex digits."""

import secrets


def new_sid(prefix: str) -> str:
    return prefix + secrets.token_hex(16)
