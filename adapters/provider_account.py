"""What the provider's account says of itself: keys, number, profile, permissions. Asked by the doctor, never in a call.

Plain requests through the library's client: every question has a deadline, and whatever is not answered with what was
asked for becomes ``NotTold`` (``provider_facts``). The doctor's own test calls are placed here.
"""

import json
from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from twilio.base.exceptions import TwilioException

from adapters.digits import whole
from adapters.provider_facts import Account, CallSeen, Country, NotTold, OwnedNumber, Profile
from adapters.voice_gateway import REAL_PROVIDER, client_for

VERSION = "2010-04-01"
TRUST_HUB = "https://trusthub.twilio.com/v1/CustomerProfiles"
LONGEST_DURATION = 6  # digits of seconds; a call lasts a day at most
DIALING = "https://voice.twilio.com/v1/DialingPermissions/Countries"


class ProviderAccount:
    def __init__(
        self,
        account: str,
        token: str,
        base_url: str = REAL_PROVIDER,
        region: str | None = None,
        edge: str | None = None,
    ) -> None:
        self._account = account
        self._where = (base_url, region, edge)
        self._client = client_for(account, token, *self._where)
        self.base_url = base_url
        self._silence: NotTold | None = None

    # --- questions -----------------------------------------------------------------------------------------------

    def account(self) -> Account | NotTold:
        answer = self._get(f"{REAL_PROVIDER}/{VERSION}/Accounts/{self._account}.json")
        if isinstance(answer, NotTold):
            return answer
        body, headers = answer
        return Account(_text(body, "status"), _text(body, "type"), _moment(headers.get("date", "")))

    def key_accepted(self, key: str, secret: str) -> bool | NotTold:
        """A standard key may not read the account itself, so its calls are asked for."""
        uri = f"{self._of_account('Calls')}?PageSize=1"
        answer = self._asked(client_for(key, secret, *self._where), "GET", uri)
        if isinstance(answer, NotTold):
            return False if answer.status in (401, 403) else answer
        return True

    def number(self, e164: str) -> OwnedNumber | None | NotTold:
        answer = self._get(self._of_account("IncomingPhoneNumbers"), {"PhoneNumber": e164})
        if isinstance(answer, NotTold):
            return answer
        found = [n for n in _list(answer[0], "incoming_phone_numbers") if n.get("phone_number") == e164]
        return _owned(found[0]) if found else None

    def profiles(self) -> tuple[Profile, ...] | NotTold:
        answer = self._get(TRUST_HUB, {"PageSize": 50})
        if isinstance(answer, NotTold):
            return answer
        return tuple(Profile(_text(p, "friendly_name"), _text(p, "status")) for p in _list(answer[0], "results"))

    def country(self, iso: str) -> Country | NotTold:
        answer = self._get(f"{DIALING}/{iso}")
        if isinstance(answer, NotTold):
            return answer
        risky = ("high_risk_special_numbers_enabled", "high_risk_tollfraud_numbers_enabled")
        return Country(iso, answer[0].get("low_risk_numbers_enabled") is True, any(answer[0].get(r) for r in risky))

    def newest_recording(self) -> str | None | NotTold:
        """The address of its sound; None: the account has no recording."""
        answer = self._get(self._of_account("Recordings"), {"PageSize": 1})
        if isinstance(answer, NotTold):
            return answer
        found = _list(answer[0], "recordings")
        origin = self.base_url.rstrip("/")
        path = f"/{VERSION}/Accounts/{self._account}/Recordings/"
        return f"{origin}{path}{_text(found[0], 'sid')}.wav" if found else None

    def call(self, sid: str) -> CallSeen | NotTold:
        answer = self._get(self._of_account(f"Calls/{sid}"))
        return answer if isinstance(answer, NotTold) else _call(answer[0])

    # --- orders --------------------------------------------------------------------------------------------------

    def set_webhooks(self, sid: str, wanted: Mapping[str, str]) -> NotTold | None:
        """None: done."""
        answer = self._asked(self._client, "POST", self._of_account(f"IncomingPhoneNumbers/{sid}"), data=wanted)
        return answer if isinstance(answer, NotTold) else None

    def ring(self, to: str, caller_id: str, twiml: str, seconds: int) -> CallSeen | NotTold:
        """A call that carries its own document: nothing of ours is asked when it is answered."""
        order = {"To": to, "From": caller_id, "Twiml": twiml, "Timeout": str(seconds)}
        answer = self._asked(self._client, "POST", self._of_account("Calls"), data=order)
        return answer if isinstance(answer, NotTold) else _call(answer[0])

    def hang_up(self, sid: str) -> None:
        """Best effort: a call that rang unasked ends by its own time-out."""
        self._asked(self._client, "POST", self._of_account(f"Calls/{sid}"), data={"Status": "completed"})

    def _of_account(self, resource: str) -> str:
        return f"{REAL_PROVIDER}/{VERSION}/Accounts/{self._account}/{resource}.json"

    def _asked(
        self,
        client: Any,
        method: str,
        uri: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, str] | None = None,
    ) -> "_Answer | NotTold":
        """A provider that was silent once is not waited for again: whoever asks sits at a terminal."""
        if self._silence is not None:
            return self._silence
        answer = _ask(client, method, uri, params, data)
        if isinstance(answer, NotTold) and answer.status == 0:
            self._silence = answer
        return answer

    def _get(self, uri: str, params: Mapping[str, object] | None = None) -> "_Answer | NotTold":
        return self._asked(self._client, "GET", uri, params=params)


_Answer = tuple[Mapping[str, Any], Mapping[str, str]]


def _ask(
    client: Any,
    method: str,
    uri: str,
    params: Mapping[str, object] | None = None,
    data: Mapping[str, str] | None = None,
) -> _Answer | NotTold:
    """The one place where refusals, silence and nonsense become a value."""
    try:
        response = client.request(method, uri, params=dict(params or {}), data=dict(data) if data else None)
        headers = {name.lower(): value for name, value in (response.headers or {}).items()}
        if not 200 <= response.status_code < 300:
            return NotTold(response.status_code)
        body = json.loads(response.text)
    except (TwilioException, requests.exceptions.RequestException, ValueError) as error:
        return NotTold(0, type(error).__name__)
    return (body, headers) if isinstance(body, dict) else NotTold(0, "no JSON object")


def _owned(found: Mapping[str, Any]) -> OwnedNumber:
    able = found.get("capabilities") if isinstance(found.get("capabilities"), dict) else {}
    return OwnedNumber(
        sid=_text(found, "sid"),
        voice_url=_text(found, "voice_url"),
        voice_method=_text(found, "voice_method"),
        fallback_url=_text(found, "voice_fallback_url"),
        fallback_method=_text(found, "voice_fallback_method"),
        status_callback=_text(found, "status_callback"),
        sms_url=_text(found, "sms_url"),
        sms_method=_text(found, "sms_method"),
        application=_text(found, "voice_application_sid") or _text(found, "trunk_sid"),
        voice=bool(able and able.get("voice")),
        sms=bool(able and able.get("sms")),
    )


def _call(found: Mapping[str, Any]) -> CallSeen:
    seconds = _text(found, "duration")
    return CallSeen(_text(found, "sid"), _text(found, "status"), whole(seconds, LONGEST_DURATION))


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    return "" if value is None else str(value)


def _list(body: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    value = body.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _moment(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (TypeError, ValueError):
        return None
