"""One small form for every state machine here: a table, a step, what can be reached, and the page that shows it. Pure.

The tables themselves stand in ``callbacks.machine``, ``desks.line.offer_machine`` and ``desks.line.machine``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from callbacks.model import Refused

S = TypeVar("S", bound=str)
E = TypeVar("E", bound=str)

ILLEGAL = "illegal_transition"


@dataclass(frozen=True)
class Machine(Generic[S, E]):
    title: str
    start: S
    final: frozenset[S]
    events: Mapping[E, str]  # event -> what has happened, for docs/states.md
    transitions: Mapping[tuple[S, E], S]

    def advance(self, state: S, event: E) -> S | Refused:
        """The next state. Refused, never an exception: webhooks come twice, late and out of order."""
        return self.transitions.get((state, event), Refused(ILLEGAL))

    def states(self) -> tuple[S, ...]:
        """In the order in which the table first names them."""
        named = [self.start, *(s for (origin, _), goal in self.transitions.items() for s in (origin, goal))]
        return tuple(dict.fromkeys(named))

    def reachable(self) -> frozenset[S]:
        found = {self.start}
        while more := {goal for (origin, _), goal in self.transitions.items() if origin in found} - found:
            found |= more
        return frozenset(found)

    def as_markdown(self) -> str:
        rows = [f"| `{event}` | {self._moves(event)} | {meaning} |" for event, meaning in self.events.items()]
        head = [
            f"## {self.title}",
            "",
            f"Begins in `{self.start}`. Final: {', '.join(f'`{s}`' for s in self.states() if s in self.final)}.",
            "",
            "| event | from → to | what has happened |",
            "|---|---|---|",
        ]
        return "\n".join([*head, *rows]) + "\n"

    def _moves(self, event: E) -> str:
        goals: dict[S, list[S]] = {}
        for (origin, named), goal in self.transitions.items():
            if named == event:
                goals.setdefault(goal, []).append(origin)
        return "; ".join(f"{', '.join(origins)} → {goal}" for goal, origins in goals.items())


def fan(origins: tuple[S, ...], event: E, goal: S) -> dict[tuple[S, E], S]:
    """The rows of one event that leads from several states to the same one."""
    return {(origin, event): goal for origin in origins}
