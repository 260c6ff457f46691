"""The rules in a test city's record: the sample as version 1, and a draft of it."""

import json
from functools import cache

from adapters.schema import rules_draft, ruleset
from desks.supervision import audit
from routing_rules.document import dump, parse
from routing_rules.versions import drafts, publishing
from routing_rules.versions.in_force import Also
from routing_rules.versions.model import Published
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


SWEDISH_EVENINGS = {
    "id": "swedish-evenings",
    "name": {"fi": "Ruotsinkieliset illalla", "sv": "Svenska på kvällen", "en": "Swedish in the evening"},
    "when": {"languages": ["sv"], "week": {"monday": ["16:00-20:00"]}, "topics": ["housing"]},
    "department": "extended",
}


def lively(city: City) -> None:
    """A draft with a rule of its own that somebody else has just changed, and a newer version of one desk's hours."""
    published(city)
    draft(city)
    database, now = city.services.database, city.clock.now()
    written = json.loads(sample_document())
    written["rules"] = [SWEDISH_EVENINGS]
    drafts.save(database, "d1", 1, json.dumps(written), "a_olli", now, _saved(city, "a_olli"))
    culture = next(one for one in written["departments"] if one["id"] == "culture")["hours"]
    shorter = {**culture, "week": {**culture["week"], "saturday": ["10:00-14:00"]}}
    done = publishing.publish_hours(
        database, "culture", shorter, "a_sirpa", "Lauantai lyhenee talveksi", now, ticked=Everything()
    )
    assert isinstance(done, Published), done
    city.services.rules.refresh(database, now)


class Everything(frozenset[str]):
    """Whatever warning there is has been ticked."""

    def __contains__(self, key: object) -> bool:
        return True


def _saved(city: City, who: str) -> Also:
    return lambda tx, what: audit.note(tx, city.clock, who, "rules_draft_saved", "rules", what)
