"""Whether a webhook really comes from the provider. https://www.twilio.com/docs/usage/webhooks/webhooks-security

The signed URL is the configured public origin plus the raw target: Flask's ``request.url`` is decoded and breaks
signatures of percent-encoded queries; Host and X-Forwarded headers are the sender's to choose.
"""

from flask import Request
from twilio.request_validator import RequestValidator, compare
from werkzeug.datastructures import MultiDict


class SignatureCheck:
    """Accepts the present and, during a rotation, the previous auth token."""

    def __init__(self, public_base_url: str, account_sid: str, tokens: tuple[str, ...]) -> None:
        self._base = public_base_url.rstrip("/")
        self._account = account_sid
        self._validators = tuple(RequestValidator(token) for token in tokens if token)

    def genuine(self, request: Request) -> bool:
        """True if signed with a token of ours, for our account, with every parameter given once."""
        if request.method == "POST" and request.mimetype != "application/x-www-form-urlencoded":
            return False
        fields = _Fields(request.form)
        if fields.doubled or fields.get("AccountSid") != self._account:
            return False
        target = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or ""
        signature = request.headers.get("X-Twilio-Signature", "")
        url = self._base + target
        return any(_signed(validator, url, fields, signature) for validator in self._validators)


class _Fields(dict[str, str]):
    """A form whose fields stand once each, in the shape the validator asks for first."""

    def __init__(self, form: MultiDict[str, str]) -> None:
        super().__init__(form.items())
        self.doubled = any(len(values) > 1 for values in form.listvalues())

    def getall(self, name: str) -> list[str]:
        return [self[name]]


def _signed(validator: RequestValidator, url: str, fields: _Fields, signature: str) -> bool:
    """Nearly always our URL as it stands; ``validate`` would also compute it with and without the port every time."""
    if compare(validator.compute_signature(url, fields), signature):
        return True
    return bool(validator.validate(url, fields, signature))
