"""Whether what was dealt was dealt rightly, and where everybody stands in the line: asked from outside."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping

from callbacks import limit_store
from desks import store
from desks.line.front_store import front
from desks.line.pauses import paused
from desks.line.serving import may_be_served
from desks.line.waiting import outlook
from routing_rules.opening_hours import is_open
from tests.support.happenings import DESKS, Happenings


def places(town: Happenings) -> tuple[Mapping[str, int], int]:
    """By stay, where nobody rings yet; and how many callbacks cannot wait for others any more."""
    services, now = town.services, town.clock.now()
    waiting = [row for row in town.every_stay() if row["state"] == "waiting"]
    with services.database.read() as connection:
        duty = store.duty(connection, services.clock.machine(), now)
        found = {row["id"]: outlook(connection, town.rules, duty, now, row["desk"], row["id"]).place for row in waiting}
        seen = front(connection, town.rules, duty, now, *DESKS).everything()
    return found, sum(1 for _, clause, _ in seen if clause == "needed")


def dealt_rightly(town: Happenings, made: RowMapping) -> None:
    """Within hours, not before it is due, and against no stop and no pause."""
    rules, now = town.rules, town.clock.now()
    if made["caller_id"] is not None:
        assert may_be_served(rules, town.stay(made["caller_id"])["desk"], now), "a caller dealt at a closed desk"
        return
    request = town.promise(made["request_id"])
    assert is_open(rules.desk(request["desk"]).hours, now, ZoneInfo(rules.time_zone)), "rung outside hours"
    assert request["due_at"] <= now, "rung before it is due"
    assert request["contact"] == "ring", "rung although to be answered in writing"
    with town.services.database.read() as connection:
        held = request["desk"] in paused(connection, now) or limit_store.stopped(connection, now)
    assert request["urgent"] or not held, "rung although stopped"
