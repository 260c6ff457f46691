"""``python -m console.first_administrator --sign-in NAME --name "First Last"``: the account that makes all others.

It asks for the password without showing it, or makes a one-time one with ``--generate``. ``--reset NAME`` lets an
administrator in again whose password is lost. The environment, or ``.env``, is the service's.
"""

import argparse
import getpass
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

from dotenv import dotenv_values
from sqlalchemy.exc import SQLAlchemyError

from adapters.clock import SystemClock
from adapters.database import Database
from adapters.ids import new_id
from adapters.migrate import OfAnotherRelease, upgrade
from adapters.places import ROOT
from adapters.settings import Settings, SettingsInvalid, load_settings
from console import store as sessions
from console.accounts import account_store as store
from console.accounts.account_model import LONGEST_NAME, SIGN_IN
from console.signing_in.password_rules import SHORTEST, PasswordFault, password_fault
from console.signing_in.passwords import hash_password, one_time_password
from desks.supervision import audit
from routing_rules.document import RulesetInvalid, parse
from routing_rules.marks import without_marks

BY = "command line"
WHAT_IS_WRONG: dict[PasswordFault, str] = {
    "short": f"shorter than {SHORTEST} characters",
    "long": "too long",
    "known": "mostly a name that many would guess",
    "simple": "a repetition or a row of keys",
    "same": "the old one",
}


class Refused(Exception):
    """Why nothing was changed; one sentence."""


def main(arguments: list[str] | None = None, ask: Callable[[str], str] = getpass.getpass) -> int:
    options = _parser().parse_args(arguments)
    try:
        environment = {**_written(Path(options.root)), **os.environ}
        settings = load_settings(environment)
        upgrade(settings.database_url)
        database = Database(settings.database_url)
        try:
            said = _reset(database, options.reset) if options.reset else _make(settings, database, options, ask)
        finally:
            database.dispose()
    except (Refused, OfAnotherRelease, SettingsInvalid) as refused:
        print(refused, file=sys.stderr)
        return 2
    except (EOFError, KeyboardInterrupt):
        print("Nothing was changed.", file=sys.stderr)
        return 130
    except SQLAlchemyError as error:
        print(f"The database of DATABASE_URL cannot be used ({type(error).__name__}).", file=sys.stderr)
        return 2
    print(said)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m console.first_administrator", description=__doc__)
    parser.add_argument("--sign-in", default="", help="sign-in name; with OpenID Connect the e-mail address")
    parser.add_argument("--name", default="", help="first and last name, as colleagues see it")
    parser.add_argument("--generate", action="store_true", help="make a one-time password instead of asking for one")
    parser.add_argument("--reset", default="", metavar="NAME", help="a one-time password for this administrator")
    parser.add_argument("--root", default=str(ROOT), help=argparse.SUPPRESS)
    return parser


def _written(root: Path) -> dict[str, str]:
    return {name: value for name, value in dotenv_values(root / ".env").items() if value is not None}


def _make(settings: Settings, database: Database, options: argparse.Namespace, ask: Callable[[str], str]) -> str:
    sign_in, name = options.sign_in.strip().lower(), " ".join(without_marks(options.name).split())
    if not SIGN_IN.fullmatch(sign_in) or not 0 < len(name) <= LONGEST_NAME:
        raise Refused('Give both: --sign-in (small letters, digits, or an e-mail address) and --name "First Last".')
    _refuse_unless_first(database)
    password = one_time_password() if options.generate else _asked(ask, _known(settings, sign_in, name))
    row = {
        "id": new_id(),
        "sign_in": sign_in,
        "name": name,
        "password_hash": hash_password(password),
        "role": "administrator",
        "departments": "[]",
        "languages": json.dumps(["fi"]),
        "demo": False,
        "active": True,
        "must_change_password": options.generate,
    }
    with database.write() as tx:
        if store.id_of(tx.connection, sign_in) is not None:
            raise Refused(f"{sign_in} is taken: choose another sign-in name.")
        store.add(tx.connection, row)
        audit.note(tx, SystemClock(), BY, "administrator_made", "agent", str(row["id"]))
    told = f" with the one-time password {password}" if options.generate else ""
    return f"{name} can sign in as {sign_in}{told} at {settings.public_base_url}/console/ and make the other accounts."


def _refuse_unless_first(database: Database) -> None:
    with database.read() as connection:
        _refuse_demo(store.demo_accounts(connection))
        if store.administrators(connection):
            raise Refused(
                "There is an administrator already: other accounts are made at /console/accounts."
                " If the password is lost: --reset NAME."
            )


def _reset(database: Database, given: str) -> str:
    sign_in, password = given.strip().lower(), one_time_password()
    fresh = {"password_hash": hash_password(password), "must_change_password": True}
    with database.write() as tx:
        _refuse_demo(store.demo_accounts(tx.connection))
        agent_id = store.id_of(tx.connection, sign_in)
        if agent_id is None or agent_id not in store.administrators(tx.connection):
            raise Refused(
                f"{sign_in} is no administrator: an administrator resets other passwords at /console/accounts."
            )
        store.change(tx.connection, agent_id, fresh)
        sessions.end_sessions_of(tx.connection, agent_id)
        audit.note(tx, SystemClock(), BY, "password_reset", "agent", agent_id)
    return f"{sign_in} can sign in with the one-time password {password}; every open session has ended."


def _refuse_demo(demo: int) -> None:
    if demo:
        raise Refused(
            "This database belongs to the trial (make run), whose accounts everybody knows: sign in there as they are"
            " told, and name the service's own DATABASE_URL for an administrator of real residents."
        )


def _asked(ask: Callable[[str], str], known: tuple[str, ...]) -> str:
    password = ask(f"Password (at least {SHORTEST} characters, not shown): ")
    fault = password_fault(password, known)
    if fault is not None:
        raise Refused(f"Nothing was made: the password is {WHAT_IS_WRONG[fault]}.")
    if ask("Once more: ") != password:
        raise Refused("Nothing was made: the two were not the same.")
    return password


def _known(settings: Settings, *hers: str) -> tuple[str, ...]:
    try:
        city = parse(settings.ruleset_file.read_text(encoding="utf-8")).city
    except (OSError, RulesetInvalid):
        return hers
    return (*hers, *city.values())


if __name__ == "__main__":
    sys.exit(main())
