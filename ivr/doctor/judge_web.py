"""Our own origin and the hosted fallback judged, as seen from outside. Pure."""

from collections.abc import Iterator
from urllib.parse import urlsplit
from xml.etree import ElementTree as Tree

from adapters.provider_facts import OwnedNumber
from ivr.doctor.judge_account import Aim
from ivr.doctor.model import Answer, Finding, NoAnswer, Said, ask, fault, fine, warn

TWIML_TYPES = ("text/xml", "application/xml", "text/html")


def origin(base: str, health: Said, aim: Aim) -> Iterator[Finding]:
    if aim == "residents" and urlsplit(base).scheme != "https":
        yield fault("origin.plain", ("base", base))
    match health:
        case NoAnswer(why=why):
            yield fault("origin.silent", ("base", base), ("why", why))
        case Answer(status=200):
            yield fine("origin.reached", ("base", base))
        case Answer(status=status):
            yield fault("origin.odd", ("base", base), ("status", status))


def signature(signed: Said, unsigned: Said) -> Iterator[Finding]:
    match signed:
        case NoAnswer(why=why):
            yield fault("signature.silent", ("why", why))
            return
        case Answer(status=403):
            yield fault("signature.refused")
        case Answer() if _is_twiml(signed):
            yield fine("signature.accepted")
        case Answer(status=status):
            yield fault("signature.odd", ("status", status))
    match unsigned:
        case Answer(status=403):
            yield fine("signature.unsigned_refused")
        case Answer(status=status):
            yield fault("signature.unsigned_taken", ("status", status))
        case NoAnswer(why=why):
            yield fault("signature.silent", ("why", why))


def is_ours(url: str, base: str) -> bool:
    """On the same host as the service: gone when the service is gone, whatever the port or the path."""
    return urlsplit(url).hostname == urlsplit(base).hostname


def hosted_fallback(owned: OwnedNumber, base: str, said: Said | None, current: str | None, aim: Aim) -> Finding:
    """``said``: what the fallback URL answers to the number's own method; ``current``: the document as it should be."""
    url = ("url", owned.fallback_url or "-")
    if not owned.fallback_url or is_ours(owned.fallback_url, base):
        return fault("fallback.ours", url) if aim == "residents" else warn("fallback.ours", url)
    match said:
        case None:
            return ask("fallback.not_asked", url)
        case NoAnswer(why=why):
            return fault("fallback.silent", url, ("why", why))
        case Answer(status=405):
            return fault("fallback.method", url, ("method", owned.fallback_method))
        case Answer() if not _is_twiml(said):
            return fault("fallback.no_twiml", url, ("status", said.status), ("type", said.content_type or "-"))
        case Answer():
            return _compared(said.text, current, owned.fallback_url)


def _compared(text: str, current: str | None, url: str) -> Finding:
    if current is None:
        return ask("fallback.no_rules", ("url", url))
    if text.strip() == current.strip():
        return fine("fallback.current", ("url", url))
    version = _version_line(current)
    return warn("fallback.other_words", ("url", url)) if version and version in text else fault(
        "fallback.older", ("url", url), ("wanted", version)
    )  # fmt: skip


def _version_line(document: str) -> str:
    """The comment that names the ruleset's version."""
    return next((line.strip() for line in document.splitlines() if line.startswith("<!--")), "")


def _is_twiml(said: Answer) -> bool:
    kind = said.content_type.partition(";")[0].strip().lower()
    if said.status != 200 or kind not in TWIML_TYPES:
        return False
    try:
        return Tree.fromstring(said.text).tag == "Response"  # noqa: S314  read by an operator's command, 64 kB at most
    except Tree.ParseError:
        return False
