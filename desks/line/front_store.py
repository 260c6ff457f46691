"""The line as dealing and the place told need it: what may be dealt now, how crowded each desk is, and as many rows as
decide. However long the line is, the deal is the one the rule makes over all of it.

What a look costs: a line of up to ``SHORT`` matters is read whole, by when each is due; what is open for later days
costs nothing. A longer one is read by its parts, a few rows of each in their order, whatever else is due.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from callbacks import limit_store
from desks.line.candidate_store import (
    FEW,
    NEAR,
    Callbacks,
    Counts,
    Dealt,
    Heads,
    Soon,
    callback_heads,
    counts,
    due_by,
    ending_soon,
    joined,
    live_heads,
    live_one,
)
from desks.line.dealing import (
    HANDLING_MINUTES,
    MOST_COUNTED,
    Deal,
    InLine,
    Placed,
    Whole,
    enough_due,
    first_fit,
    order,
    shared_staff,
    whole_of,
)
from desks.line.duty_store import Duty
from desks.line.line_store import handling_minutes, skipped
from desks.line.serving import may_be_served
from desks.line.whole_store import handling_of, whole_line
from routing_rules.model import LANGUAGES, Ruleset
from routing_rules.opening_hours import is_open

FIRST_ROWS = 1  # of each part of the line; more are read where agents cannot take those
WIDER = 16
SHOWN_ROWS = 100  # of each part, for the place told
SHORT, MOST_READ = 300, 1000  # matters in the line of all desks that are read whole: for a deal, for a page
Near = Mapping[str, Soon]  # by desk


def dealt_now(
    rules: Ruleset, desk_id: str, now: datetime, paused: frozenset[str], stopped: frozenset[str] = frozenset()
) -> Dealt:
    """Callbacks only while their desk is open, of a paused desk or while the city's ringing is stopped the urgent ones
    alone; live callers also within the grace after it closed."""
    opened = is_open(rules.desk(desk_id).hours, now, ZoneInfo(rules.time_zone))
    only_urgent = desk_id in paused or limit_store.CITY in stopped
    callbacks: Callbacks = "none" if not opened else "urgent" if only_urgent else "all"
    owners = {one.id: one.callbacks.owner_minutes for one in rules.departments}
    return Dealt(desk_id, may_be_served(rules, desk_id, now), callbacks, owners)


@dataclass(frozen=True)
class Front:
    """One look at the line, in one transaction. ``desks``: those it knows of."""

    connection: Connection
    now: datetime
    duty: Duty
    desks: Mapping[str, Dealt]

    @cached_property
    def counts(self) -> Mapping[str, Counts]:
        return {desk: counts(self.connection, self.now, dealt) for desk, dealt in self.desks.items()}

    @cached_property
    def line(self) -> tuple[InLine, ...] | None:
        """All of it; None: it is long, and is read by its parts."""
        return whole_line(self.connection, self.now, self.desks, SHORT)

    def _standing(self) -> list[InLine]:
        """Of a line that was read whole: a callback stands in it from its place on, as in the parts of a long one."""
        return [one for one in self.line or () if one.kind == "live" or one.line_time <= self.now]

    @cached_property
    def waiting(self) -> Mapping[str, int]:
        if self.line is not None:
            return dict.fromkeys(self.desks, 0) | dict(whole_of(self.line).waiting)
        return {desk: min(MOST_COUNTED, n.live + n.due) for desk, n in self.counts.items()}

    @cached_property
    def staff(self) -> Mapping[str, float]:
        return shared_staff(self.duty.all, self.waiting)

    def next_deal(self) -> Deal | None:
        """The first matter of the whole line that a free agent fits."""
        if self.line is None:
            return self._next_of_parts()
        ending = {one.desk for one in self.line if one.window_end is not None and one.window_end <= self.now + NEAR}
        handling = handling_of(self.connection, ending)  # of the others it changes nothing: no margin reaches so far
        found = first_fit(self._standing(), self.duty.free, self.now, self.duty.all, handling, whole_of(self.line))
        return found[0] if found is not None else None

    def _next_of_parts(self) -> Deal | None:
        """The same where the line is long, by the first rows of each part of it."""
        served = {(desk, language) for one in self.duty.free for desk in one.desks for language in one.languages}
        crowded = {(desk, language) for desk, language in served if self.waiting[desk]}
        handling = self._handling({desk for desk, _ in crowded})
        near = self._near({desk for desk, _ in crowded}, handling)
        whole, limit = self._whole(near), FIRST_ROWS
        while crowded:
            heads = self._heads(crowded, near, limit)
            found = first_fit(heads.matters, self.duty.free, self.now, self.duty.all, handling, whole)
            if heads.show(found[1] if found is not None else None):
                return self._numbered(found[0], heads) if found is not None else None
            limit *= WIDER
        return None

    def everything(self) -> list[Placed]:
        """Every desk's line, in order."""
        line = whole_line(self.connection, self.now, self.desks, MOST_READ)
        if line is None:
            return self.long_line()
        handling, whole = handling_of(self.connection, self.desks), whole_of(line)
        placed = order(line, self.now, shared_staff(self.duty.all, whole.waiting), handling, whole)
        return [one for one in placed if one[0].line_time <= self.now]

    def long_line(self) -> list[Placed]:
        """The front of it: as many rows of each part as a person looks at. Some sixty statements."""
        handling = handling_of(self.connection, self.desks)
        near = self._near(self.desks, handling)
        served = {(desk, language) for desk in self.desks for language in LANGUAGES}
        matters = self._heads(served, near, SHOWN_ROWS).matters
        return order(matters, self.now, self.staff, handling, self._whole(near))

    def line_of(self, desk: str, line_id: str | None = None) -> tuple[list[Placed], float | None]:
        """What stands in the desk's line, in order, and how long a talk takes there. A caller (``line_id``) who
        stands behind all that is read is in it too: her place is then at least what is told."""
        minutes = handling_minutes(self.connection, desk)
        handling = {} if minutes is None else {desk: minutes}
        matters, whole = self._read_of(desk, handling)
        if line_id is not None and all(matter.id != line_id for matter in matters):
            matters += live_one(self.connection, line_id)
        return order(matters, self.now, self.staff, handling, whole), minutes

    def _read_of(self, desk: str, handling: Mapping[str, float]) -> tuple[tuple[InLine, ...], Whole]:
        if self.line is not None:
            return tuple(one for one in self._standing() if one.desk == desk), whole_of(self.line)
        near = self._near({desk}, handling)
        return self._heads({(desk, language) for language in LANGUAGES}, near, SHOWN_ROWS).matters, self._whole(near)

    def _handling(self, desks: Iterable[str]) -> dict[str, float]:
        measured = {desk: handling_minutes(self.connection, desk) for desk in desks}
        return {desk: minutes for desk, minutes in measured.items() if minutes is not None}

    def _near(self, desks: Iterable[str], handling: Mapping[str, float]) -> Near:
        """When the windows end that end soon: as many as can change what is needed."""
        found: dict[str, Soon] = {}
        for desk in desks:
            if self.counts[desk].due:
                limit = self._enough(desk, handling)
                found[desk] = ending_soon(self.connection, self.now, self.desks[desk], limit)
        return found

    def _enough(self, desk: str, handling: Mapping[str, float]) -> int:
        """So many are read at once; where there are more, more change nothing."""
        return max(FEW, enough_due(self.staff.get(desk, 0.0), handling.get(desk, HANDLING_MINUTES)))

    def _whole(self, near: Near) -> Whole:
        return Whole(self.waiting, {desk: soon.ends for desk, soon in near.items()})

    def _heads(self, served: Iterable[tuple[str, str]], near: Near, limit: int) -> Heads:
        skips = skipped(self.connection, self.now)
        parts: list[Heads] = []
        for desk, language in sorted(served):
            asked = (self.connection, self.now, self.desks[desk], language, limit, skips)
            if self.counts[desk].live:
                parts.append(live_heads(*asked))
            if self.counts[desk].due:
                parts.append(callback_heads(*asked, soon=near[desk]))
        return joined(parts)

    def _numbered(self, deal: Deal, heads: Heads) -> Deal:
        """The card says how many are due by then; the rule needed to know of no more than change it."""
        if deal.clause != "needed":
            return deal
        matter = next(m for m in heads.matters if m.id == deal.matter_id)
        if matter.window_end is None:
            return deal
        number = due_by(self.connection, self.now, self.desks[matter.desk], matter.window_end)
        return replace(deal, clause_number=number)


def front(connection: Connection, rules: Ruleset, duty: Duty, now: datetime, *besides: str) -> Front:
    """Of the desks that somebody is on duty for, and ``besides``."""
    names = sorted({desk for one in duty.all for desk in one.desks}.union(besides))
    stopped = limit_store.stopped(connection, now)
    return Front(connection, now, duty, {name: dealt_now(rules, name, now, duty.paused, stopped) for name in names})
