"""What an account at the provider can tell of itself, as values. Pure: ``provider_account`` asks, others judge."""

from dataclasses import dataclass


@dataclass(frozen=True)
class NotTold:
    """``status``: HTTP; 0: no answer came. 401 and 403: the keys; 404: this provider does not know the question."""

    status: int
    why: str = ""


@dataclass(frozen=True)
class Account:
    status: str  # active | suspended | closed
    kind: str  # Full | Trial
    provider_time: float | None  # Unix seconds, from the answer's Date


@dataclass(frozen=True)
class OwnedNumber:
    sid: str
    voice_url: str
    voice_method: str
    fallback_url: str
    fallback_method: str
    status_callback: str
    sms_url: str
    sms_method: str
    application: str  # SID of an application or trunk that goes before the voice URL
    voice: bool
    sms: bool


@dataclass(frozen=True)
class Profile:
    name: str
    status: str  # draft | pending-review | in-review | twilio-rejected | twilio-approved


@dataclass(frozen=True)
class Country:
    iso: str
    low_risk: bool
    high_risk: bool  # special (premium) or toll-fraud numbers may be dialled


@dataclass(frozen=True)
class CallSeen:
    sid: str
    status: str
    seconds: int | None
