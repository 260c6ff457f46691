"""What the provider posts: a voice form of thirty fields with its signature, as the bytes of one HTTP request."""

from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

ACCOUNT = "AC" + "7" * 32
TOKEN = "0123456789abcdef0123456789abcdef"
BASE = "https://one-number.example"
CITY = "+358171234567"
_VALIDATOR = RequestValidator(TOKEN)
_PLACES = ("Called", "Caller", "From", "To")
_REST = {
    "AccountSid": ACCOUNT,
    "ApiVersion": "2010-04-01",
    "CallStatus": "in-progress",
    "Direction": "inbound",
    "FinishedOnKey": "",
    "msg": "Gather End",
    "CallToken": "%7B%22parentCallInfoToken%22%3A%22" + "eyJhbGciOiJFUzI1NiJ9" * 12 + "%22%7D",
    "StirVerstat": "TN-Validation-Passed-A",
    **{f"{place}{part}": "" for place in _PLACES for part in ("City", "State", "Zip")},
    **{f"{place}Country": "FI" for place in _PLACES},
}


def voice_form(call_sid: str, number: str, **more: str) -> dict[str, str]:
    numbers = {"CallSid": call_sid, "From": number, "Caller": number, "To": CITY, "Called": CITY}
    return {**_REST, **numbers, **more}


def posted(target: str, form: dict[str, str], host: str) -> bytes:
    """``target``: path and query as they will stand in the request line."""
    body = urlencode(form).encode()
    head = (
        f"POST {target} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"X-Twilio-Signature: {_VALIDATOR.compute_signature(BASE + target, form)}\r\n"
        f"I-Twilio-Idempotency-Token: {form['CallSid']}\r\nUser-Agent: TwilioProxy/1.1\r\nAccept: */*\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def call_sid(number: int) -> str:
    return f"CA{number:032x}"


def telephone(number: int) -> str:
    return f"+35840{number % 10_000_000:07d}"
