"""Quick switches: made, and ended before their time. Their own end needs nobody: it stands in their values."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from adapters.database import Database, Transaction
from adapters.ids import new_id
from routing_rules.model import Ruleset
from routing_rules.switches import store
from routing_rules.switches.checks import Faults, Question, Scope, WantedSwitch, faults, is_within, questions
from routing_rules.switches.model import Switch
from routing_rules.switches.store import Kept

Also = Callable[[Transaction, Switch], object]  # done in the deed's own transaction
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Refused:
    """What is wrong, field by field; nothing has changed."""

    faults: Faults


@dataclass(frozen=True)
class Sure:
    """Nothing is wrong, but she is asked once more; nothing has changed."""

    questions: tuple[Question, ...]


@dataclass(frozen=True)
class On:
    switch: Switch


def make(
    database: Database,
    rules: Ruleset,
    wanted: WantedSwitch,
    author: str,
    scope: Scope,
    now: datetime,
    also: Also | None = None,
) -> On | Refused | Sure:
    with database.write() as tx:
        store.alone(tx.connection)
        running = store.running(tx.connection, now)
        found = faults(wanted, rules, running, scope, now)
        if found or wanted.until is None:
            return Refused(found)
        asked = questions(wanted, rules, running)
        if asked:
            return Sure(asked)
        made = Switch(new_id(), wanted.kind, wanted.department, wanted.topic, wanted.goal, now, wanted.until)
        store.add(tx.connection, Kept(made, author, wanted.reason))
        if also is not None:
            also(tx, made)
    log.info("switch %s: %s until %s", made.id, made.kind, made.until)
    return On(made)


def end(
    database: Database, rules: Ruleset, switch_id: str, who: str, scope: Scope, now: datetime, also: Also | None = None
) -> bool | None:
    """False: it was not on any more. None: it is not hers to end."""
    with database.write() as tx:
        kept = store.get(tx.connection, switch_id)
        if kept is None:
            return False
        if not may_end(kept.switch, rules, scope):
            return None
        ended = store.end(tx.connection, switch_id, who, now)
        if ended and also is not None:
            also(tx, kept.switch)
    if ended:
        log.info("switch %s ended", switch_id)
    return ended


def may_end(switch: Switch, rules: Ruleset, scope: Scope) -> bool:
    return is_within(switch.department, switch.topic, rules, scope)


def running(database: Database, now: datetime) -> tuple[Kept, ...]:
    with database.read() as connection:
        return store.kept_running(connection, now)


def ended_since(database: Database, since: datetime, now: datetime) -> tuple[Kept, ...]:
    with database.read() as connection:
        return store.kept_ended(connection, since, now)
