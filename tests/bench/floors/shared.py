"""What the floors share: the environment they are started with, and the check of the provider's signature."""

import os

from flask import Request, abort
from twilio.request_validator import RequestValidator

BASE = os.environ.get("FLOOR_BASE", "")
_VALIDATOR = RequestValidator(os.environ.get("FLOOR_TOKEN", ""))


def refuse_unsigned(request: Request) -> None:
    target = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or ""
    if not _VALIDATOR.validate(BASE + target, request.form, request.headers.get("X-Twilio-Signature", "")):
        abort(403)
