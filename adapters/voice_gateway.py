"""The provider's REST side, wrapped once. Each order has one of three results: done, refused, or unknown.

Unknown is the important one: a lost answer or a 5xx may have had its effect, and POST /Calls has no idempotency key
(https://www.twilio.com/docs/api/errors/20500), so nobody here tries again; the caller of this module decides.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3.exceptions import NewConnectionError

from adapters.call_status import ENDED
from adapters.digits import whole

T = TypeVar("T")
REAL_PROVIDER = "https://api.twilio.com"
DEADLINE_SECONDS = 8.0
TOO_MANY_NOW = frozenset({10004, 16021})  # as many calls at once as the account may have: later it is another thing
EVENTS = ["initiated", "ringing", "answered", "completed"]
RECORDING_EVENTS = ["in-progress", "completed", "absent"]


@dataclass(frozen=True)
class Done:
    sid: str


@dataclass(frozen=True)
class NotDone:
    """The provider said no and nothing happened. ``again``: the same order may be given later (429)."""

    status: int
    code: int
    again: bool


@dataclass(frozen=True)
class Unknown:
    why: str


Result = Done | NotDone | Unknown


@dataclass(frozen=True)
class ProviderCall:
    sid: str
    status: str
    to: str
    parent: str | None
    started: datetime | None

    @property
    def ended(self) -> bool:
        return self.status in ENDED


def is_over(found: ProviderCall | NotDone | Unknown) -> bool:
    """The call that was looked up. True also when the provider knows no such call; nobody's answer is no end."""
    if isinstance(found, ProviderCall):
        return found.ended
    return isinstance(found, NotDone) and found.status == 404


@dataclass(frozen=True)
class ProviderRecording:
    """``status`` is the provider's word: in-progress, paused, stopped, processing, completed, absent."""

    sid: str
    status: str
    seconds: int | None
    started_here: bool  # by our order, not by a verb of a document
    started: datetime | None = None  # whole seconds


class _Elsewhere(TwilioHttpClient):  # type: ignore[misc]
    """Sends the library's requests to another Twilio-compatible origin."""

    def __init__(self, origin: str) -> None:
        super().__init__(timeout=DEADLINE_SECONDS, max_retries=0)
        self._origin = urlsplit(origin)

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        parts = urlsplit(url)
        moved = urlunsplit((self._origin.scheme, self._origin.netloc, parts.path, parts.query, ""))
        return super().request(method, moved, *args, **kwargs)


def client_for(user: str, secret: str, base_url: str, region: str | None, edge: str | None) -> Client:
    """The library's client, always with a deadline and never with retries. ``user``: the account or an API key."""
    real = base_url == REAL_PROVIDER
    client = TwilioHttpClient(timeout=DEADLINE_SECONDS, max_retries=0) if real else _Elsewhere(base_url)
    return Client(user, secret, region=region, edge=edge, http_client=client)


class VoiceGateway:
    """``region`` without ``edge`` names a host that no longer exists, so both or neither (settings check it)."""

    def __init__(
        self,
        account: str,
        token: str,
        base_url: str = REAL_PROVIDER,
        region: str | None = None,
        edge: str | None = None,
    ) -> None:
        self._client = client_for(account, token, base_url, region, edge)

    def call(
        self, to: str, caller_id: str, url: str, status_callback: str, fallback_url: str, ring_seconds: int
    ) -> Result:
        return _result(
            lambda: (
                self._client.calls.create(
                    to=to,
                    from_=caller_id,
                    url=url,
                    method="POST",
                    fallback_url=fallback_url,
                    status_callback=status_callback,
                    status_callback_event=EVENTS,
                    timeout=ring_seconds,
                ).sid
            )
        )

    def redirect(self, call_sid: str, url: str) -> Result:
        return _result(lambda: self._client.calls(call_sid).update(url=url, method="POST").sid)

    def take_from_queue(self, queue_sid: str, call_sid: str, url: str) -> Result:
        """Leads a queued caller elsewhere; refused (404) if she has left the queue, so that no talk is torn apart."""
        return _result(lambda: self._client.queues(queue_sid).members(call_sid).update(url=url, method="POST").call_sid)

    def company(self, room: str, call_sid: str) -> int | NotDone | Unknown:
        """How many are in her room, herself included; 0: she is not in it. A room of one has not started."""
        found = _asked(
            lambda: [
                [p.call_sid for p in self._client.conferences(c.sid).participants.list(limit=5)]
                for c in self._client.conferences.list(friendly_name=room, limit=1)
            ]
        )
        if not isinstance(found, list):
            return found
        return next((len(one) for one in found if call_sid in one), 0)

    def hold(self, room: str, call_sid: str, hold_url: str | None) -> Result:
        """None: off hold. Refused (404) while the call is not in a running conference of this name."""
        if hold_url is None:
            return self._participant(room, call_sid, hold=False)
        return self._participant(room, call_sid, hold=True, hold_url=hold_url, hold_method="POST")

    def leaves_open(self, room: str, call_sid: str) -> Result:
        """The room goes on when this one leaves it."""
        return self._participant(room, call_sid, end_conference_on_exit=False)

    def closes(self, room: str, call_sid: str) -> Result:
        """The room is over when this one leaves it."""
        return self._participant(room, call_sid, end_conference_on_exit=True)

    def _participant(self, room: str, call_sid: str, **change: object) -> Result:
        found = _asked(
            lambda: [c.sid for c in self._client.conferences.list(friendly_name=room, status="in-progress", limit=1)]
        )
        if not isinstance(found, list):
            return found
        if not found:
            return NotDone(404, 0, again=False)
        return _result(lambda: self._client.conferences(found[0]).participants(call_sid).update(**change).call_sid)

    def end(self, call_sid: str) -> Result:
        return _result(lambda: self._client.calls(call_sid).update(status="completed").sid)

    def text(self, to: str, sender: str, body: str, status_callback: str) -> Result:
        return _result(
            lambda: self._client.messages.create(to=to, from_=sender, body=body, status_callback=status_callback).sid
        )

    def delete_recording(self, recording_sid: str) -> Result:
        """The sound and its row at the provider; the account's log keeps that it was there."""
        return _result(lambda: str(self._client.recordings(recording_sid).delete()))

    def delete_call(self, call_sid: str) -> Result:
        """Its record in the account's log, numbers and all; refused while the call lasts."""
        return _result(lambda: str(self._client.calls(call_sid).delete()))

    def delete_text(self, message_sid: str) -> Result:
        return _result(lambda: str(self._client.messages(message_sid).delete()))

    def record(self, call_sid: str, status_callback: str) -> Result:
        """This leg from now on: what is said and heard on it. Asked twice, it is recorded twice."""
        return _result(
            lambda: (
                self._client.calls(call_sid)
                .recordings.create(
                    recording_channels="mono",
                    trim="do-not-trim",
                    recording_status_callback=status_callback,
                    recording_status_callback_event=RECORDING_EVENTS,
                )
                .sid
            )
        )

    def pause_recording(self, call_sid: str, recording_sid: str) -> Result:
        """Silence is recorded instead. Done means that the provider has said that it is paused."""
        return self._recording(call_sid, recording_sid, "paused", pause_behavior="silence")

    def resume_recording(self, call_sid: str, recording_sid: str) -> Result:
        return self._recording(call_sid, recording_sid, "in-progress")

    def stop_recording(self, call_sid: str, recording_sid: str) -> Result:
        return _result(lambda: str(self._client.calls(call_sid).recordings(recording_sid).update(status="stopped").sid))

    def _recording(self, call_sid: str, recording_sid: str, status: str, **more: object) -> Result:
        changed = _asked(lambda: self._client.calls(call_sid).recordings(recording_sid).update(status=status, **more))
        if isinstance(changed, NotDone | Unknown):
            return changed
        said = getattr(changed, "status", None)
        return Done(recording_sid) if said == status else Unknown(f"recording is {said}")

    def recordings_of(self, call_sid: str) -> list[ProviderRecording] | NotDone | Unknown:
        """An empty list may be up to a minute behind the truth."""
        return _asked(lambda: [_listed(one) for one in self._client.calls(call_sid).recordings.list(limit=50)])

    def look_up(self, call_sid: str) -> ProviderCall | NotDone | Unknown:
        return _asked(lambda: _call(self._client.calls(call_sid).fetch()))

    def legs_of(self, parent_call_sid: str) -> list[ProviderCall] | NotDone | Unknown:
        """Every leg that a call has dialled; an empty list may be up to a minute behind the truth."""
        return _asked(lambda: [_call(c) for c in self._client.calls.list(parent_call_sid=parent_call_sid, limit=20)])


def _call(record: object) -> ProviderCall:
    return ProviderCall(
        sid=str(getattr(record, "sid", "")),
        status=str(getattr(record, "status", "")),
        to=str(getattr(record, "to", "")),
        parent=getattr(record, "parent_call_sid", None),
        started=getattr(record, "start_time", None),
    )


def _listed(record: object) -> ProviderRecording:
    length, began = str(getattr(record, "duration", None) or ""), getattr(record, "start_time", None)
    return ProviderRecording(
        sid=str(getattr(record, "sid", "")),
        status=str(getattr(record, "status", "")),
        seconds=whole(length, 6),
        started_here=getattr(record, "source", None) == "StartCallRecordingAPI",
        started=began if isinstance(began, datetime) and began.tzinfo is not None else None,
    )


def _result(order: Callable[[], str]) -> Result:
    answer = _asked(order)
    return Done(answer) if isinstance(answer, str) else answer


def _asked(question: Callable[[], T]) -> T | NotDone | Unknown:
    """The one place where the provider's refusals and the network's failures become values."""
    try:
        return question()
    except TwilioRestException as error:
        return _refusal(int(error.status), int(error.code or 0))
    except TwilioException as error:  # RFC 9457 answers are not TwilioRestExceptions
        status = getattr(error, "status", None)
        return _refusal(int(status), 0) if status else Unknown(type(error).__name__)
    except requests.exceptions.ConnectTimeout:
        return NotDone(0, 0, again=True)
    except requests.exceptions.ConnectionError as error:
        refused = isinstance(getattr(next(iter(error.args), None), "reason", None), NewConnectionError)
        return NotDone(0, 0, again=True) if refused else Unknown(type(error).__name__)
    except requests.exceptions.RequestException as error:
        return Unknown(type(error).__name__)
    except (ValueError, LookupError, TypeError, AttributeError) as error:  # no JSON, or another than was asked for:
        return Unknown(type(error).__name__)  # a proxy's page, perhaps, in place of an answer that has had its effect


def _refusal(status: int, code: int) -> NotDone | Unknown:
    if status >= 500:
        return Unknown(f"http {status}")
    return NotDone(status, code, again=status == 429 or code in TOO_MANY_NOW)
