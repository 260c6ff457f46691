"""What a browser keeps for us and cannot change: signed and stamped, each kind with a salt of its own.

HMAC-SHA-256, said here: the library's own choice is SHA-1, which is no longer one for anything new.
"""

import hashlib
from collections.abc import Sequence

from itsdangerous import URLSafeTimedSerializer

BY = {"key_derivation": "hmac", "digest_method": hashlib.sha256}


def signer(keys: Sequence[str], salt: str) -> URLSafeTimedSerializer:
    """``keys``: the last one signs, each of them is accepted."""
    return URLSafeTimedSerializer(list(keys), salt=salt, signer_kwargs=BY)
