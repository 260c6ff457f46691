"""The signature on a webhook: HMAC-SHA1 over the URL and the sorted form fields."""

import base64
import hashlib
import hmac
from collections.abc import Mapping


def sign(auth_token: str, url: str, fields: Mapping[str, str]) -> str:
    """`url` is what goes over the wire: percent-encoding untouched, without its fragment. GET: no fields."""
    text = url + "".join(name + fields[name] for name in sorted(fields))
    digest = hmac.new(auth_token.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()
