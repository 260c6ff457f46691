"""Whether a browser has been signed in by this person before, and from which network a try comes. No rules here.

The mark is signed and opens nothing: it only keeps other people's wrong passwords from counting against her
(``console.signing_in.back_off``). A workplace that several people share remembers the last of them.
"""

import secrets
from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address, ip_network

from itsdangerous import BadData, URLSafeTimedSerializer

from console.signed import signer

BROWSER_COOKIE = "console_browser"
KNOWN_SECONDS = 180 * 24 * 3600


def mark(secret_key: str, agent_id: str) -> str:
    """For the cookie, after a right password."""
    return _signer((secret_key,)).dumps([agent_id, secrets.token_urlsafe(12)])


def known_as(keys: tuple[str, ...], given: str) -> tuple[str, str] | None:
    """Agent id and browser id; None: a stranger's browser, a forged or an old mark."""
    try:
        read = _signer(keys).loads(given, max_age=KNOWN_SECONDS)
    except BadData:
        return None
    match read:
        case [str(agent_id), str(browser)]:
            return agent_id, browser
        case _:
            return None


def network_address(peer: str | None, forwarded: Sequence[str], hops: int) -> str | None:
    """The visitor's address as the outermost of our own ``hops`` proxies wrote it; anything before it is the visitor's
    own invention. IPv6 by its /64, which one visitor fills as she likes. None: not known."""
    named = [part.strip() for line in forwarded for part in line.split(",")]
    if hops:
        return _plain(named[-hops]) if len(named) >= hops else None
    address = _plain(peer or "")
    return None if address is None or named or address.startswith(("127.", "::")) else address


def _plain(text: str) -> str | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped
        return str(inner) if inner else str(ip_network((address, 64), strict=False).network_address)
    return str(address)


def _signer(keys: tuple[str, ...]) -> URLSafeTimedSerializer:
    return signer(keys, "console-browser")
