"""An account as an administrator sees and writes it. Pure: shapes, and what a form may say."""

import re
from dataclasses import dataclass
from typing import Literal

from console.model import ROLES

# Small letters of Europe's Latin alphabets, each drawn in its own way: not the a of another script, nor an i without
# its dot, nor a letter made of two. What is left alike (l and 1, rn and m) is for the administrator's eye.
_SIGN = r"0-9a-z\u00df-\u00f6\u00f8-\u00ff\u0100-\u0130\u0134-\u0137\u0139-\u013e\u0141-\u0148\u014a-\u017e"
SIGN_IN = re.compile(rf"[{_SIGN}][{_SIGN}_.@+-]{{1,79}}")  # lower case already
LONGEST_NAME = 80

Fault = Literal["empty", "malformed", "taken", "none", "unknown", "number", "own_role", "last"]
Faults = dict[str, Fault]


@dataclass(frozen=True)
class Person:
    """One account in the list and in its form."""

    agent_id: str
    sign_in: str
    name: str
    role: str
    departments: tuple[str, ...]
    languages: tuple[str, ...]
    telephone: str | None
    reserve_telephone: str | None
    active: bool
    must_change_password: bool
    by_provider: bool  # the city's own sign-in knows her
    sessions: int
    demo: bool
    owns_rules: bool


@dataclass(frozen=True)
class Wanted:
    """What a form asks for; telephones as written, or as E.164 once they have been checked."""

    sign_in: str
    name: str
    role: str
    departments: tuple[str, ...]
    languages: tuple[str, ...]
    telephone: str
    reserve_telephone: str
    owns_rules: bool = False  # kept for supervisors alone: an administrator may anyway, an agent never


@dataclass(frozen=True)
class Made:
    """The one time at which this password is shown."""

    agent_id: str
    password: str


@dataclass(frozen=True)
class Forbidden:
    """Why this account stays as it is: ``last`` administrator, ``own`` account, ``gone``: nobody has this id."""

    reason: Literal["last", "own", "gone"]


def faults_in(wanted: Wanted, departments: frozenset[str], languages: frozenset[str]) -> Faults:
    """``departments`` and ``languages``: what the published ruleset knows."""
    found: Faults = {}
    if not wanted.sign_in:
        found["sign_in"] = "empty"
    elif not SIGN_IN.fullmatch(wanted.sign_in):
        found["sign_in"] = "malformed"
    if not wanted.name:
        found["name"] = "empty"
    if wanted.role not in ROLES:
        found["role"] = "unknown"
    if not set(wanted.departments) <= departments:
        found["departments"] = "unknown"
    elif not wanted.departments and wanted.role != "administrator":
        found["departments"] = "none"  # she would see nothing and be given nothing
    if not set(wanted.languages) <= languages:
        found["languages"] = "unknown"
    elif not wanted.languages:
        found["languages"] = "none"
    return found
