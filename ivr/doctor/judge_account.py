"""The provider's account judged: what it told, against what residents need. Pure."""

from collections.abc import Iterator
from typing import Literal
from urllib.parse import urldefrag

from adapters.provider_facts import Account, Country, NotTold, OwnedNumber, Profile
from ivr.doctor.model import Answer, Finding, NoAnswer, Said, Wanted, ask, fault, fine, warn

Aim = Literal["residents", "trial"]  # a trial beside the emulator may lack what residents may not
REFUSED = (401, 403)
LONGEST_SENDER = 11


def keys(account: Account | NotTold, key: bool | NotTold | None) -> Iterator[Finding]:
    """``key``: whether the API key is accepted; None: none is set."""
    yield _account(account)
    if key is None:
        yield warn("keys.api_missing")
    elif isinstance(key, NotTold):
        yield ask("keys.api_unreadable", ("why", _why(key)))
    else:
        yield fine("keys.api_accepted") if key else fault("keys.api_refused")


def _account(account: Account | NotTold) -> Finding:
    if isinstance(account, NotTold):
        if account.status in REFUSED:
            return fault("keys.refused", ("status", account.status))
        if account.status == 0:
            return fault("keys.silent", ("why", account.why))
        return ask("keys.unreadable", ("why", _why(account)))
    if account.status != "active":
        return fault("keys.suspended", ("status", account.status))
    return fault("keys.trial") if account.kind == "Trial" else fine("keys.accepted")


Number = OwnedNumber | None | NotTold  # None: not on the account


def answering(city: Number, shown: Number) -> OwnedNumber | None:
    """Whose webhooks count: the city's number, or the one it is forwarded to."""
    return next((owned for owned in (city, shown) if isinstance(owned, OwnedNumber)), None)


def numbers(city: Number, shown: Number, wanted: Wanted) -> Iterator[Finding]:
    """``shown``: the number on our calls, where it is another than the city's; else the same answer again."""
    forwarded = city is None and isinstance(shown, OwnedNumber)
    if forwarded:
        yield fine("number.forwarded", ("number", wanted.city_number), ("shown", wanted.caller_id))
    else:
        yield _number(city, wanted.city_number)
    match shown:
        case NotTold():
            yield ask("caller_id.unreadable", ("number", wanted.caller_id), ("why", _why(shown)))
        case None:
            yield fault("caller_id.missing", ("number", wanted.caller_id))
        case OwnedNumber():
            yield fine("caller_id.owned", ("number", wanted.caller_id))


def _number(owned: Number, e164: str) -> Finding:
    if isinstance(owned, NotTold):
        return ask("number.unreadable", ("number", e164), ("why", _why(owned)))
    if owned is None:
        return fault("number.missing", ("number", e164))
    return fine("number.owned", ("number", e164)) if owned.voice else fault("number.no_voice", ("number", e164))


def webhooks(owned: OwnedNumber, wanted: Wanted) -> Iterator[Finding]:
    if owned.application:
        yield fault("webhooks.application", ("sid", owned.application))
    yield _hook("voice", owned.voice_url, wanted.voice_url, owned.voice_method)
    yield _hook("status", owned.status_callback, wanted.status_callback, "POST")
    yield _hook("sms", owned.sms_url, wanted.sms_url, owned.sms_method)
    if not owned.fallback_url:
        yield fault("webhooks.no_fallback")


def _hook(name: str, found: str, wanted: str, method: str) -> Finding:
    if urldefrag(found).url != urldefrag(wanted).url:
        return fault(f"webhooks.{name}_wrong", ("found", found or "-"), ("wanted", wanted))
    if method != "POST":
        return fault("webhooks.method", ("url", found), ("method", method))
    if found != wanted:
        return warn("webhooks.retries", ("found", found), ("wanted", wanted))
    return fine(f"webhooks.{name}", ("found", found))


def profile(profiles: tuple[Profile, ...] | NotTold) -> Iterator[Finding]:
    """The kind of the approved profile decides how many callers may be on the line at once; no field tells it."""
    if isinstance(profiles, NotTold):
        yield ask("profile.unreadable", ("why", _why(profiles)))
    elif approved := [p.name for p in profiles if p.status == "twilio-approved"]:
        yield fine("profile.approved", ("names", ", ".join(approved)))
        yield ask("profile.kind")
    elif profiles:
        yield fault("profile.pending", ("status", ", ".join(sorted({p.status for p in profiles}))))
    else:
        yield fault("profile.none")


def geo(countries: tuple[tuple[str, Country | NotTold], ...]) -> Iterator[Finding]:
    """A country that the provider does not list apart (AX, +358 18) is left out: it goes with its neighbour."""
    read = [c for _, c in countries if isinstance(c, Country)]
    if not read:
        yield ask("geo.unreadable", ("countries", ", ".join(iso for iso, _ in countries)))
        return
    for country in read:
        if not country.low_risk:
            yield fault("geo.closed", ("country", country.iso))
        elif country.high_risk:
            yield warn("geo.risky", ("country", country.iso))
        else:
            yield fine("geo.open", ("country", country.iso))


def sms(sender: str, owned: Number) -> Iterator[Finding]:
    """``owned``: the sender as a number of the account, where it is a number."""
    if not sender:
        yield fine("sms.none")
        return
    if not sender.startswith("+"):
        yield fault("sms.name", ("sender", sender)) if _malformed(sender) else fine("sms.named", ("sender", sender))
    elif isinstance(owned, NotTold):
        yield ask("sms.unreadable", ("sender", sender), ("why", _why(owned)))
    elif owned is None:
        yield fault("sms.missing", ("sender", sender))
    else:
        yield fine("sms.number", ("sender", sender)) if owned.sms else fault("sms.unable", ("sender", sender))
    yield ask("sms.approval", ("sender", sender))


def _malformed(name: str) -> bool:
    plain = all(c == " " or (c.isascii() and c.isalnum()) for c in name)
    return len(name) > LONGEST_SENDER or not plain or not any(c.isalpha() for c in name)


def media(recording: str | None | NotTold, anonymous: Said | None) -> Finding:
    """``anonymous``: what the newest recording's address said to somebody without keys."""
    if isinstance(recording, NotTold) or recording is None or anonymous is None:
        return ask("media.nothing_to_try")
    match anonymous:
        case Answer(status=status) if status in REFUSED:
            return fine("media.closed")
        case Answer(status=200):
            return fault("media.open")
        case Answer(status=status):
            return ask("media.unclear", ("why", f"HTTP {status}"))
        case NoAnswer(why=why):
            return ask("media.unclear", ("why", why))


def _why(not_told: NotTold) -> str:
    return f"HTTP {not_told.status}" if not_told.status else not_told.why
