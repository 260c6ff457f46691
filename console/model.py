"""Who is signed in, and what a role may be. Pure."""

from dataclasses import dataclass
from typing import Literal

Role = Literal["agent", "supervisor", "administrator"]
ROLES: tuple[Role, ...] = ("agent", "supervisor", "administrator")


@dataclass(frozen=True)
class SignedIn:
    agent_id: str
    name: str
    role: str
    departments: tuple[str, ...]
    languages: tuple[str, ...]
    own_telephone: bool  # rung on a telephone of her own instead of in the browser
    token: str  # of the session, from the cookie; never stored, never logged
    must_change_password: bool = False  # somebody else knows it: no other page opens before she has chosen her own
    owns_rules: bool = False  # trusted with the city's rules; of an agent it says nothing

    @property
    def may_change_rules(self) -> bool:
        """Drafts, publishing, rolling back: whatever changes where every caller of the city goes."""
        return self.role == "administrator" or (self.role == "supervisor" and self.owns_rules)

    @property
    def scope(self) -> tuple[str, ...] | None:
        """The departments whose things this person may see; None: all of them."""
        return None if self.role == "administrator" else self.departments


@dataclass(frozen=True)
class Account:
    agent_id: str
    password_hash: str


@dataclass(frozen=True)
class SessionSeen:
    """One open session of a person. Machine times."""

    created: float
    seen: float
    this: bool  # the one that asks


@dataclass(frozen=True)
class Wait:
    """Too many wrong passwords for this sign-in name: the seconds until the next try counts."""

    seconds: int


@dataclass(frozen=True)
class Busy:
    """Too many passwords are being checked at this moment; nothing was looked at."""


@dataclass(frozen=True)
class WrongPassword:
    """Wrong password or unknown name: the same answer, so that names cannot be collected."""


@dataclass(frozen=True)
class Opened:
    """A new session: its token goes into the cookie, only its hash into the record."""

    token: str
    agent_id: str
    role: str
