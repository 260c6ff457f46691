"""What a draft keeps of what was written, and what it refuses with a reason; nothing changes then."""

import json

import pytest

from adapters.database import Database
from adapters.schema import rules_draft
from routing_rules.versions import drafts
from routing_rules.versions.model import Refused, Saved
from routing_rules.versions.readying import LONGEST_DOCUMENT
from tests.support.rulebook import Rulebook
from tests.support.services import Town


@pytest.fixture
def book(town: Town) -> Rulebook:
    return Rulebook(town)


@pytest.fixture
def database(town: Town) -> Database:
    return town.services.database


class TestDrafts:
    def test_a_name_is_needed(self, book: Rulebook, database: Database) -> None:
        now = book.town.clock.now()
        assert drafts.begin(database, "  ", "aino", now) == Refused("no_name")
        assert drafts.begin(database, "x" * 81, "aino", now) == Refused("long_name")
        assert drafts.open_drafts(database) == ()

    @pytest.mark.parametrize(
        ("document", "why"),
        [
            ("no: ruleset", "unreadable"),
            ("[1, 2]", "unreadable"),
            ("{", "unreadable"),
            ("[" * 100_000, "unreadable"),
            ('{"a":' * 50_000, "unreadable"),
            ('{"city": "\0"}', "unreadable"),
            ('{"city": "\\ud800"}', "unreadable"),
            ('{"a": 1, "a": 2}', None),
            (f'{{"version": {"9" * 5000}}}', "unreadable"),
            ('{"version": 1e999}', "unreadable"),
            (f'{{"city": "{"x" * 1_000_000}"}}', None),
            (f'{{"city": "{"x" * LONGEST_DOCUMENT}"}}', "too_long"),
        ],
        ids=[
            "yaml",
            "list",
            "half",
            "deep-list",
            "deep",
            "nul",
            "half-pair",
            "twice",
            "endless",
            "no-number",
            "megabyte",
            "too-long",
        ],
    )
    def test_what_a_draft_keeps(self, book: Rulebook, database: Database, document: str, why: str | None) -> None:
        draft = book.draft()
        done = drafts.save(database, draft.id, draft.revision, document, "aino", book.town.clock.now())
        if why is None:
            assert isinstance(done, Saved)
            assert done.problems
        else:
            assert isinstance(done, Refused)
            assert done.reason == why
            assert why == "too_long" or all(str(one) for one in done.problems)
            assert drafts.get(database, draft.id) == draft

    def test_yaml_that_is_a_whole_ruleset_is_kept_as_json(self, book: Rulebook, database: Database) -> None:
        draft, now = book.draft(), book.town.clock.now()
        written = json.loads(draft.document).items()
        text = "\n".join(["# a comment", *(f"{key}: {json.dumps(value)}" for key, value in written)])
        saved = drafts.save(database, draft.id, draft.revision, text, "aino", now)
        assert isinstance(saved, Saved)
        assert saved.problems == ()
        assert json.loads(saved.draft.document) == json.loads(draft.document)

    def test_a_dropped_draft_is_gone_from_the_list_only(self, book: Rulebook, database: Database) -> None:
        draft, now = book.draft(), book.town.clock.now()
        assert isinstance(drafts.drop(database, draft.id, draft.revision, "eero", now), Saved)
        assert drafts.open_drafts(database) == ()
        assert book.town.one(rules_draft, id=draft.id)["state"] == "dropped"
        assert drafts.drop(database, draft.id, draft.revision, "eero", now) == Refused("not_open")
        assert drafts.drop(database, "nobody", 1, "eero", now) == Refused("unknown_draft")
