"""The slow look at the ledger: windows that went by without a ring. The other verdicts are given as things happen."""

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from callbacks import ledger_store
from callbacks.planning import openings
from callbacks.scoring import gone_by
from routing_rules.model import Ruleset

if TYPE_CHECKING:
    from bootstrap import Services

AT_WORK = ("offered", "dialing")  # an agent has it in hand: the next moment decides


def judge_ended(services: "Services") -> int:
    """Broken: never rung by the end of the day of the desk that rings. Returns how many were judged."""
    now, rules = services.clock.now(), services.rules.current()
    with services.database.read() as connection:
        rows = [row for row in ledger_store.ended(connection, now) if row["state"] not in AT_WORK]
    judged = 0
    for row in rows:
        window = ledger_store.window_of(row)
        verdict = gone_by(window, now, _rings_until(rules, row["desk"], window.end, now))
        if verdict is not None:
            with services.database.write() as tx:
                judged += ledger_store.judge(tx.connection, row, verdict, now)
    return judged


def _rings_until(rules: Ruleset, desk: str, ended: datetime, now: datetime) -> datetime | None:
    """When the desk, or the one that takes over from it, closes on the local day the window ended; None: it has."""
    zone = ZoneInfo(rules.time_zone)
    day = ended.astimezone(zone).date()
    desks = (rules.desk(desk), rules.department(rules.extended_desk))
    hours = (opening for each in desks for opening in openings(rules, each, now, 1))
    return max((end for start, end in hours if start.astimezone(zone).date() == day), default=None)
