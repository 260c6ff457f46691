"""One look at the record on behalf of one agent: what every query of her page shares."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from adapters.schema import agent
from routing_rules.model import Ruleset

if TYPE_CHECKING:
    from bootstrap import Services


@dataclass(frozen=True)
class Looking:
    services: "Services"
    connection: Connection
    agent_id: str
    language: str  # of the page
    now: datetime

    @property
    def rules(self) -> Ruleset:
        return self.services.rules.current()

    @cached_property
    def scope(self) -> frozenset[str] | None:
        """The departments whose sensitive things she may see; None: all of them."""
        one = select(agent.c.departments, agent.c.role).where(agent.c.id == self.agent_id)
        row = self.connection.execute(one).first()
        if row is None:
            return frozenset()
        return None if row.role == "administrator" else frozenset(json.loads(row.departments))

    def emergency(self, language: str) -> str:
        zone = ZoneInfo(self.rules.time_zone)
        return self.services.announcements.text("emergency", language, (), self.rules, zone)
