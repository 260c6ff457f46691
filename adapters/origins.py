"""Addresses as settings give them: what is on this machine, and what is an origin and no more."""

from urllib.parse import urlsplit

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")


def is_loopback(url: str) -> bool:
    return urlsplit(url).hostname in LOOPBACK_HOSTS


def is_open_store(url: str) -> bool:
    """A store on another machine that asks nobody for a password; several hosts may stand between commas."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return False
    login, _, hosts = parts.netloc.rpartition("@")
    named = [host for host in hosts.split(",") if urlsplit(f"//{host}").hostname not in LOOPBACK_HOSTS]
    return bool(named) and not login.partition(":")[2]


def origin(url: str) -> str:
    """Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must begin with http:// or https:// and name a host")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("must be an origin only, without a path: https://host or https://host:port")
    return f"{parts.scheme}://{parts.netloc}"
