"""The rules in a test city's record: the sample as version 1, and a draft of it."""

from functools import cache

from adapters.schema import rules_draft, ruleset
from routing_rules.document import dump, parse
from tests.web.console_rig import SAMPLE, City


@cache
def sample_document() -> str:
    return dump(parse(SAMPLE.read_text(encoding="utf-8")))


def published(city: City) -> None:
    """Version 1 in the record, as well as in the holder's hands."""
    row = {"version": 1, "state": "published", "author": "service", "reason": "Ensimmäinen"}
    city.put(ruleset, published_at=city.clock.now(), document=sample_document(), **row)
    city.services.rules.refresh(city.services.database, city.clock.now())


def draft(city: City, draft_id: str = "d1", name: str = "Uimahallin aiheet", by: str = "a_olli") -> str:
    now = city.clock.now()
    row = {"id": draft_id, "name": name, "base_version": 1, "revision": 1, "state": "open"}
    city.put(
        rules_draft, document=sample_document(), author=by, made_at=now, changed_by=by, changed_at=now, **row
    )  # fmt: skip
    return draft_id
