"""Drafts become versions, each once, whole and checked; who comes second is told, and nothing is overwritten."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from adapters.database import Database
from adapters.schema import ruleset
from routing_rules.service import RulesHolder
from routing_rules.versions import drafts, publishing
from routing_rules.versions.model import Behind, Draft, Published, Refused, Saved, Stale
from routing_rules.versions.readying import LONGEST_REASON, Unchecked
from tests.support.rulebook import Rulebook, grace, of, wait
from tests.support.services import Town


@pytest.fixture
def book(town: Town) -> Rulebook:
    return Rulebook(town)


@pytest.fixture
def database(town: Town) -> Database:
    return town.services.database


class TestPublishing:
    def test_a_draft_becomes_a_version_with_author_reason_and_difference(self, book: Rulebook) -> None:
        draft = book.draft(grace("housing", 15))
        assert book.published(draft) == 2
        found = book.live()
        assert (found.version, found.kind, found.author, found.reason) == (2, "draft", "aino", "as agreed")
        assert (found.based_on, found.source, found.published_at) == (1, draft.id, book.town.clock.now())
        assert [(c.code, c.place) for c in found.changes] == [("changed", "departments.housing.grace_minutes")]
        assert dict(found.changes[0].values)["before"] == "10"
        assert dict(found.changes[0].values)["after"] == "15"
        assert book.follow().department("housing").grace_minutes == 15
        assert book.follow().version == 2

    def test_the_version_before_is_retired_and_stays_for_calls_in_progress(self, book: Rulebook) -> None:
        book.published(book.draft(grace("housing", 15)))
        first = book.town.one(ruleset, version=1)
        assert (first["state"], first["retired_machine"] is not None) == ("retired", True)
        book.follow()
        assert book.town.services.rules.version(1).department("housing").grace_minutes == 10

    def test_a_published_draft_is_at_its_end(self, book: Rulebook, database: Database) -> None:
        draft = book.draft(grace("housing", 15))
        book.published(draft)
        assert drafts.open_drafts(database) == ()
        assert book.publish(draft) == Refused("not_open")
        assert book.save(draft, grace("housing", 20)) == Refused("not_open")

    def test_an_error_stops_it_and_nothing_changes(self, book: Rulebook) -> None:
        untrue = {"id": "e1", "at": "tuesday 10:00", "language": "fi", "topic": "housing", "leads_to": "closed"}
        draft = book.draft(lambda written: written.update(examples=[untrue]))
        done = book.publish(draft)
        assert isinstance(done, Unchecked)
        assert [(finding.level, finding.place) for finding in done.findings] == [("error", "examples.e1")]
        assert book.count() == 1

    def test_a_warning_is_ticked_and_stays_in_the_record(self, book: Rulebook) -> None:
        closed = {"week": {"monday": [], "tuesday": ["08:00-15:00"]}}
        without = book.draft(lambda written: written.update(examples=[]))
        draft = book.write(without, lambda written: of(written, "departments", "housing").update(hours=closed))
        done = book.publish(draft)
        assert isinstance(done, Unchecked)
        assert {finding.level for finding in done.findings} == {"warning"}
        ticked = frozenset(finding.key for finding in done.findings)
        assert isinstance(book.publish(draft, ticked=ticked), Published)
        assert frozenset(book.live().warnings) == ticked

    def test_a_draft_that_is_no_whole_ruleset_is_kept_but_not_published(self, book: Rulebook) -> None:
        draft = book.draft()
        saved = book.save(draft, lambda written: written.pop("extended_desk"))
        assert isinstance(saved, Saved)
        assert any("extended_desk" in str(problem) for problem in saved.problems)
        done = book.publish(saved.draft)
        assert isinstance(done, Refused)
        assert done.reason == "unreadable"
        assert any("extended_desk" in str(problem) for problem in done.problems)
        assert book.count() == 1

    @pytest.mark.parametrize(
        ("reason", "why"), [("", "no_reason"), (" \n", "no_reason"), ("x" * (LONGEST_REASON + 1), "long_reason")]
    )
    def test_a_publication_says_why(self, book: Rulebook, reason: str, why: str) -> None:
        assert book.publish(book.draft(grace("housing", 15)), reason) == Refused(why)  # type: ignore[arg-type]
        assert book.count() == 1

    def test_a_draft_that_changes_nothing_is_no_version(self, book: Rulebook) -> None:
        assert book.publish(book.draft()) == Refused("unchanged")
        assert book.count() == 1

    def test_an_unknown_draft(self, book: Rulebook) -> None:
        draft = replace(book.draft(), id="nobody")
        assert book.publish(draft) == Refused("unknown_draft")

    def test_what_belongs_to_it_is_done_with_it_or_not_at_all(self, book: Rulebook, database: Database) -> None:
        draft = book.draft(grace("housing", 15))

        def failing(tx: object, what: str) -> None:
            raise RuntimeError(what)

        with pytest.raises(RuntimeError, match="^2$"):
            publishing.publish(
                database, draft.id, draft.revision, "aino", "r", frozenset(), book.town.clock.now(), also=failing
            )
        assert book.count() == 1
        assert [one.state for one in drafts.open_drafts(database)] == ["open"]


class TestTwoEditors:
    def test_the_second_to_save_is_told_and_nothing_is_overwritten(self, book: Rulebook, database: Database) -> None:
        draft = book.draft()
        hers = book.write(draft, grace("housing", 15), "aino")
        his = book.save(draft, grace("housing", 20), "eero")
        assert his == Stale(hers)
        kept = drafts.get(database, draft.id)
        assert kept == hers
        assert (hers.revision, hers.changed_by) == (draft.revision + 1, "aino")

    def test_who_publishes_what_another_has_changed_meanwhile_is_told(self, book: Rulebook) -> None:
        draft = book.draft(grace("housing", 15))
        hers = book.write(draft, grace("housing", 20))
        assert book.publish(draft) == Stale(hers)
        assert book.count() == 1

    def test_two_who_save_at_one_instant(self, book: Rulebook) -> None:
        draft, start = book.draft(), threading.Barrier(2)

        def save(minutes: int) -> object:
            start.wait()
            return book.save(draft, grace("housing", minutes))

        with ThreadPoolExecutor(2) as pool:
            done = list(pool.map(save, (15, 20)))
        assert sorted(type(one).__name__ for one in done) == ["Saved", "Stale"]

    def test_drafts_that_change_different_places_are_both_published(self, book: Rulebook) -> None:
        hers, his = book.draft(grace("housing", 15)), book.draft(wait("housing", 30), grace("streets", 5))
        book.published(hers)
        assert book.published(his) == 3
        rules = book.follow()
        assert rules.department("housing").grace_minutes == 15
        assert rules.department("housing").overload_wait_minutes == 30
        assert rules.department("streets").grace_minutes == 5
        changed = [change.place for change in book.live().changes]
        assert "departments.housing.grace_minutes" not in changed

    def test_where_both_changed_one_place_she_sees_both_and_chooses(self, book: Rulebook, database: Database) -> None:
        mine = book.draft(grace("housing", 20), wait("housing", 30))
        book.published(book.draft(grace("housing", 15)))
        done = book.publish(mine)
        assert isinstance(done, Behind)
        (conflict,) = done.conflicts
        assert conflict.place == "departments.housing.grace_minutes"
        assert (conflict.base, conflict.theirs, conflict.mine, done.live) == (10, 15, 20, 2)
        assert drafts.behind(database, mine.id) == done
        assert book.count() == 2
        now = book.town.clock.now()
        assert drafts.take_in(database, mine.id, mine.revision, {}, "aino", now) == done
        taken = drafts.take_in(database, mine.id, mine.revision, {conflict.place: "mine"}, "aino", now)
        assert isinstance(taken, Saved)
        assert taken.draft.base_version == 2
        assert drafts.behind(database, mine.id) is None
        assert book.published(taken.draft) == 3
        assert book.follow().department("housing").grace_minutes == 20
        assert book.follow().department("housing").overload_wait_minutes == 30

    def test_taking_in_where_nothing_newer_is_live_changes_nothing(self, book: Rulebook, database: Database) -> None:
        mine, now = book.draft(grace("housing", 20)), book.town.clock.now()
        noted: list[str] = []
        done = drafts.take_in(
            database,
            mine.id,
            mine.revision,
            {},
            "eero",
            now + timedelta(minutes=5),
            lambda _, what: noted.append(what),
            1,
        )
        assert done == Saved(mine)
        assert drafts.get(database, mine.id) == mine
        assert noted == []
        assert drafts.take_in(database, mine.id, mine.revision + 1, {}, "eero", now) == Stale(mine)
        book.published(mine)
        assert drafts.take_in(database, mine.id, mine.revision, {}, "eero", now) == Refused("not_open")

    def test_publishing_at_one_instant_loses_neither(self, book: Rulebook) -> None:
        found = [book.draft(grace(desk, 33)) for desk in ("housing", "streets", "extended")]
        start = threading.Barrier(len(found))

        def run(draft: Draft) -> object:
            start.wait()
            return book.publish(draft)

        with ThreadPoolExecutor(len(found)) as pool:
            done = list(pool.map(run, found))
        assert sorted(one.version for one in done if isinstance(one, Published)) == [2, 3, 4]
        rules = book.follow()
        assert {rules.department(desk).grace_minutes for desk in ("housing", "streets", "extended")} == {33}
        assert len(book.town.every(ruleset, state="published")) == 1


class TestRollingBack:
    def test_an_older_version_is_in_force_again_in_one_step(self, book: Rulebook, database: Database) -> None:
        book.published(book.draft(grace("housing", 15)))
        book.published(book.draft(grace("housing", 20)))
        done = publishing.roll_back(database, 1, "eero", "the evening went wrong", book.town.clock.now())
        assert done == Published(4)
        assert book.follow().department("housing").grace_minutes == 10
        assert (book.live().kind, book.live().source, book.live().based_on) == ("rollback", "1", 3)
        assert dict(book.live().changes[0].values)["after"] == "10"

    def test_a_draft_that_was_begun_before_is_merged_onto_it(self, book: Rulebook, database: Database) -> None:
        book.published(book.draft(grace("housing", 15)))
        draft = book.draft(wait("housing", 30))
        publishing.roll_back(database, 1, "eero", "back", book.town.clock.now())
        book.published(draft)
        assert book.follow().department("housing").grace_minutes == 10
        assert book.follow().department("housing").overload_wait_minutes == 30

    def test_what_this_release_cannot_read_is_refused_in_words(self, book: Rulebook, database: Database) -> None:
        book.published(book.draft(grace("housing", 15)))
        with database.write() as tx:
            tx.connection.execute(update(ruleset).where(ruleset.c.version == 1).values(document='{"version": 1}'))
        done = publishing.roll_back(database, 1, "eero", "back", book.town.clock.now())
        assert isinstance(done, Refused)
        assert done.reason == "unreadable_version"
        assert any("departments" in str(problem) for problem in done.problems)
        assert book.live().version == 2

    def test_refusals(self, book: Rulebook, database: Database) -> None:
        now = book.town.clock.now()
        assert publishing.roll_back(database, 99, "eero", "back", now) == Refused("unknown_version")
        assert publishing.roll_back(database, 1, "eero", "", now) == Refused("no_reason")
        assert publishing.roll_back(database, 1, "eero", "back", now) == Refused("unchanged")
        assert book.count() == 1


def test_every_process_follows_within_two_seconds(book: Rulebook, database: Database) -> None:
    """Two processes look once a second: what one has published the other holds at its next look."""
    other = RulesHolder()
    beyond = Database(database.url, deadline=5.0)
    now, machine = book.town.clock.now(), book.town.clock.machine()
    try:
        assert other.refresh_if_stale(beyond, machine, now)
        assert other.current().version == 1
        book.published(book.draft(grace("housing", 15)))
        assert other.refresh_if_stale(beyond, machine + 0.9, now + timedelta(seconds=1))
        assert other.current().version == 1
        assert other.refresh_if_stale(beyond, machine + 1.0, now + timedelta(seconds=1))
        assert other.current().version == 2
        assert other.version(1).department("housing").grace_minutes == 10
    finally:
        beyond.dispose()
