"""What a supervisor can choose from when she decides about a matter: times with room, desks, agents. Queries only."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, RowMapping

from callbacks import store as promises
from callbacks.model import Window, code_of
from callbacks.planning import open_slots, ringing_department, room_in, soonest
from desks.supervision import supervision_store
from desks.view.parts import desk_name
from routing_rules.model import Ruleset

if TYPE_CHECKING:
    from bootstrap import Services

ASAP = "asap"
MOST_WINDOWS = 24


@dataclass(frozen=True)
class Choice:
    """A time that can be promised. ``code`` names it in a form; ``room`` None: as soon as possible, not counted."""

    code: str
    window: Window
    held: int = 0
    room: int | None = None


@dataclass(frozen=True)
class Choices:
    times: tuple[Choice, ...]
    desks: tuple[tuple[str, str], ...]  # id, name
    agents: tuple[tuple[str, str], ...]  # of the desk that rings now


def choices(services: "Services", request_id: str, language: str) -> Choices | None:
    """None: no such request. Names in the page's ``language``."""
    rules, now = services.rules.current(), services.clock.now()
    with services.database.read() as connection:
        row = promises.get(connection, request_id)
        if row is None:
            return None
        agents = supervision_store.takers(connection, row["desk"], row["language"])
        return Choices(free_times(connection, rules, row, now), _desks(rules, row, language), agents)


def free_times(connection: Connection, rules: Ruleset, row: RowMapping, now: datetime) -> tuple[Choice, ...]:
    """With room for one more, an urgent one in full slots too; its own present window is no new time."""
    spoken = row["language"]
    department = ringing_department(rules, row["topic"], spoken, now)
    held = promises.taken(connection, department.id, spoken, now)
    soon = soonest(rules, row["topic"], now, 0)
    at_once = () if soon is None else (Choice(ASAP, soon),)
    slots = (
        Choice(code_of(window), window, held.get(window.start, 0), room_in(rules, department, spoken, window))
        for window in open_slots(rules, department, now)
        if window.start != row["window_start_at"]
    )
    return (
        *at_once,
        *[one for one in slots if row["urgent"] or (one.room is not None and one.held < one.room)][:MOST_WINDOWS],
    )


def _desks(rules: Ruleset, row: RowMapping, language: str) -> tuple[tuple[str, str], ...]:
    """Desks with agents who may speak the resident's language; the present one is where it is already."""
    return tuple(
        (desk.id, desk_name(rules, desk.id, language))
        for desk in rules.departments
        if desk.kind == "console" and desk.id != row["desk"] and row["language"] in desk.languages
    )
