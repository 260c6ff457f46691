"""Where Redis and the record are, when they are in several places: the addresses that a setting names. Reading only.

Redis: ``redis+sentinel://[user:password@]host:port,host:port/service[?db=0&sentinel_password=…]``. The record:
``postgresql+psycopg://user:password@host:port,host:port/name``, as libpq writes it.
"""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote, urlsplit

SENTINEL_PORT, POSTGRES_PORT = 26379, 5432
SENTINEL = {"redis+sentinel": False, "rediss+sentinel": True}  # whether the way there is encrypted
POSTGRES = "postgresql+psycopg"
READ_WRITE = "target_session_attrs"

Place = tuple[str, int]


class NotAPlace(ValueError):
    """Why an address cannot be read; one sentence without the address, which may hold a password."""


@dataclass(frozen=True)
class Sentinels:
    places: tuple[Place, ...]
    service: str
    encrypted: bool = False
    db: int = 0
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    sentinel_username: str | None = None
    sentinel_password: str | None = field(default=None, repr=False)


def names_sentinels(url: str) -> bool:
    return urlsplit(url).scheme in SENTINEL


def sentinels(url: str) -> Sentinels:
    """Raises NotAPlace."""
    parts = urlsplit(url)
    user, _, hosts = parts.netloc.rpartition("@")
    name, _, password = user.partition(":")
    service = unquote(parts.path.strip("/"))
    given = dict(parse_qsl(parts.query))
    unknown = set(given) - {"db", "sentinel_username", "sentinel_password"}
    if not service or "/" in service:
        raise NotAPlace("must end with /service, the name under which the sentinels watch the store")
    if unknown or not given.get("db", "0").isdigit():
        raise NotAPlace("may have db=NUMBER, sentinel_username and sentinel_password behind a question mark, no more")
    return Sentinels(
        places(hosts, SENTINEL_PORT), service, SENTINEL[parts.scheme], int(given.get("db", "0")),
        unquote(name) or None, unquote(password) or None,
        given.get("sentinel_username"), given.get("sentinel_password"),
    )  # fmt: skip


def one_form(url: str) -> str:
    """A record with several hosts as the driver's library wants it; one that must be writable, unless told otherwise.

    Whoever reads could be led to a standby that is behind: a promise just made would not be there. Raises NotAPlace.
    """
    parts = urlsplit(url)
    user, _, hosts = parts.netloc.rpartition("@")
    if parts.scheme != POSTGRES or "," not in hosts:
        return url
    given = parse_qsl(parts.query)
    each = places(hosts, POSTGRES_PORT)
    several = [("host", ",".join(host for host, _ in each)), ("port", ",".join(str(port) for _, port in each))]
    wanted = [] if any(name == READ_WRITE for name, _ in given) else [(READ_WRITE, "read-write")]
    query = "&".join(f"{name}={quote(value, safe=':/,')}" for name, value in (*several, *given, *wanted))
    return f"{POSTGRES}://{user}@{parts.path}?{query}" if user else f"{POSTGRES}://{parts.path}?{query}"


def places(hosts: str, port: int) -> tuple[Place, ...]:
    """``host:port,host`` with a port for those that name none. Raises NotAPlace."""
    return tuple(_place(one, port) for one in hosts.split(","))


def _place(text: str, usual: int) -> Place:
    try:
        one = urlsplit(f"//{text}")
        host, port = one.hostname, one.port
    except ValueError:
        raise NotAPlace("has a port that is no number") from None
    if not host:
        raise NotAPlace("has a comma without a host beside it")
    return host, usual if port is None else port
