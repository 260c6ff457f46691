"""What browsers keep for us is signed with SHA-256, whatever the library would choose by itself."""

import pytest
from itsdangerous import BadSignature, URLSafeTimedSerializer

from console.signed import signer

KEYS = ("former-key-0123456789abcdefghijkl", "newest-key-0123456789abcdefghijkl")


def test_a_mark_has_a_signature_of_256_bits() -> None:
    made = signer(KEYS, "console-events").dumps("a_aino")
    assert len(made.rpartition(".")[2]) == 43, "32 bytes in base64; SHA-1 would be 27 letters"
    assert signer(KEYS[1:], "console-events").loads(made) == "a_aino", "the last key signs"


def test_a_mark_of_another_kind_or_strength_is_none() -> None:
    for other in (signer(KEYS, "console-browser"), URLSafeTimedSerializer(list(KEYS), salt="console-events")):
        with pytest.raises(BadSignature):
            signer(KEYS, "console-events").loads(other.dumps("a_aino"))
