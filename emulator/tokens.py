"""Access tokens of browsers' telephones: the signature and the grants, checked as the provider checks them."""

import base64
import binascii
import hashlib
import hmac
import json
import time
from typing import Any

from emulator.config import Config


class BadToken(Exception):
    """Why nobody is registered."""


def identity_in(token: str, config: Config) -> str:
    header, _, rest = token.partition(".")
    payload, _, signature = rest.partition(".")
    expected = hmac.new(config.api_secret.encode(), f"{header}.{payload}".encode(), hashlib.sha256).digest()
    if not hmac.compare_digest(_decode(signature), expected):
        raise BadToken("signature")
    claims = _claims(payload)
    if claims.get("sub") != config.account_sid or claims.get("iss") != config.api_key:
        raise BadToken("account")
    if float(claims.get("exp", 0)) < time.time():
        raise BadToken("expired")
    grants = claims.get("grants", {})
    if grants.get("voice", {}).get("incoming", {}).get("allow") is not True:
        raise BadToken("no incoming calls granted")
    return str(grants.get("identity", ""))


def _claims(payload: str) -> Any:
    try:
        return json.loads(_decode(payload))
    except (ValueError, UnicodeDecodeError) as error:
        raise BadToken("payload") from error


def _decode(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as error:
        raise BadToken("encoding") from error
