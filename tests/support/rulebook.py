"""A city's rules under change, for the tests of versions: what is live, drafts that are written on, and their end."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from adapters.schema import ruleset
from routing_rules.document import dump
from routing_rules.model import Ruleset
from routing_rules.service import publish_first
from routing_rules.versions import drafts, publishing
from routing_rules.versions.model import Draft, Published, Saved, Version
from tests.support.services import Town, sample_rules


@cache
def _sample() -> str:
    return dump(sample_rules())


Change = Callable[[Any], object]  # of a document's groups and lists


@dataclass
class Rulebook:
    """Author is the agent ``aino`` where nobody else is named."""

    town: Town

    def __post_init__(self) -> None:
        publish_first(self.town.services.database, _sample(), "command line", "first start", self.town.clock.now())
        self.follow()

    def follow(self) -> Ruleset:
        """As this process holds it after its next look."""
        assert self.town.services.rules.refresh(self.town.services.database, self.town.clock.now())
        return self.town.services.rules.current()

    def draft(self, *changes: Change, author: str = "aino") -> Draft:
        made = drafts.begin(self.town.services.database, "Spring", author, self.town.clock.now())
        assert isinstance(made, Draft)
        for change in changes:
            made = self.write(made, change, author)
        return made

    def write(self, draft: Draft, change: Change, author: str = "aino") -> Draft:
        saved = self.save(draft, change, author)
        assert isinstance(saved, Saved), saved
        return saved.draft

    def save(self, draft: Draft, change: Change, author: str = "aino") -> object:
        written = json.loads(draft.document)
        change(written)
        text = json.dumps(written)
        now = self.town.clock.now()
        return drafts.save(self.town.services.database, draft.id, draft.revision, text, author, now)

    def publish(self, draft: Draft, reason: str = "as agreed", ticked: frozenset[str] = frozenset()) -> Any:
        now = self.town.clock.now()
        return publishing.publish(
            self.town.services.database, draft.id, draft.revision, draft.changed_by, reason, ticked, now
        )

    def published(self, draft: Draft) -> int:
        done = self.publish(draft)
        assert isinstance(done, Published), done
        return done.version

    def live(self) -> Version:
        found = publishing.versions(self.town.services.database)[0]
        assert found.live
        return found

    def written(self) -> Any:
        """The live version's groups and lists."""
        return json.loads(self.live().document)

    def count(self) -> int:
        return len(self.town.every(ruleset))


def of(written: Any, part: str, name: str) -> Any:
    """The element of this id."""
    return next(element for element in written[part] if element["id"] == name)


def grace(department: str, minutes: int) -> Change:
    return lambda written: of(written, "departments", department).update(grace_minutes=minutes)


def wait(department: str, minutes: int) -> Change:
    return lambda written: of(written, "departments", department).update(overload_wait_minutes=minutes)
