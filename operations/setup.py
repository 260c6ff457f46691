"""Makes an installation ready to start: database migrated, a ruleset published, accounts as they should be."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from adapters.database import Database
from adapters.migrate import OfAnotherRelease, upgrade
from adapters.settings import Settings
from ivr import fallback
from ivr.speech.announcements import load as load_announcements
from operations import move_store, record_store, store
from operations.trial import make_demo_accounts
from routing_rules.document import RulesetInvalid
from routing_rules.service import publish_first

OF_A_TRIAL = fallback.PLACE.with_name("of-a-trial")  # beside the document, below DATA_DIR


class Refused(Exception):
    """Why this installation may not start; one sentence."""


def prepare(settings: Settings, emulator: bool, progress: Callable[[str], None]) -> None:
    """Raises Refused. Repeating it changes nothing."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if not emulator:
        _refuse_vanished(settings)
    _refuse_half_moved(settings)
    try:
        upgrade(settings.database_url)
    except OfAnotherRelease as other:
        raise Refused(str(other)) from None
    progress("database")
    database = Database(settings.database_url)
    try:
        if not emulator:
            _refuse_demo_accounts(database)
        _publish(settings, database)
        _note_trial(settings, emulator)
        _keep_fallback(settings, database)
        progress("ruleset")
        if emulator:
            make_demo_accounts(database)
            progress("demo accounts")
    finally:
        database.dispose()


def _refuse_vanished(settings: Settings) -> None:
    """An empty record would be made and served: nobody would be rung whom the city has promised it."""
    file, left = record_store.file_of(settings.database_url), settings.data_dir / fallback.PLACE
    if (settings.data_dir / OF_A_TRIAL).exists():
        return
    if file is not None and left.exists() and not _holds_a_record(file, settings.database_url):
        raise Refused(
            f"There is no record at {file}, and there was one here ({left} was made from it). Where it was moved to"
            f" another database, set DATABASE_URL to that; to begin a new record, take {left.name} away first."
        )


def _note_trial(settings: Settings, emulator: bool) -> None:
    """A document that a trial made says nothing of a city's record; one that was here before the trial does."""
    mark = settings.data_dir / OF_A_TRIAL
    if not emulator:
        mark.unlink(missing_ok=True)
    elif not (settings.data_dir / fallback.PLACE).exists():
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()


def _holds_a_record(file: Path, url: str) -> bool:
    if not file.is_file():
        return False
    with record_store.one_moment(url) as connection:
        return record_store.revision(connection) is not None


def _refuse_half_moved(settings: Settings) -> None:
    """Two records would be written: the one it is a copy of may still go on."""
    if record_store.file_of(settings.database_url) is not None:
        return
    with record_store.one_moment(settings.database_url) as connection:
        if move_store.is_half_moved(connection):
            raise Refused("DATABASE_URL holds a record that is half moved: run make move again, from the old address.")


def _publish(settings: Settings, database: Database) -> None:
    with database.read() as connection:
        if store.rulesets(connection):
            return
    try:
        text = settings.ruleset_file.read_text(encoding="utf-8")
    except OSError as error:
        raise Refused(f"RULESET_FILE cannot be read: {error.strerror} ({settings.ruleset_file}).") from None
    try:
        publish_first(database, text, "set-up", "first start", datetime.now(UTC))
    except RulesetInvalid as invalid:
        raise Refused(f"RULESET_FILE ({settings.ruleset_file}) is not a ruleset: {invalid}") from None


def _keep_fallback(settings: Settings, database: Database) -> None:
    """The document for when we are down says what the published rules say, from the first start on."""
    try:
        rules = fallback.published(database)
    except RulesetInvalid as invalid:
        raise Refused(f"The published ruleset cannot be read by this release: {invalid}") from None
    if rules is not None:
        fallback.keep(settings, rules, load_announcements())


def _refuse_demo_accounts(database: Database) -> None:
    with database.read() as connection:
        demo = store.demo_accounts(connection)
    if demo:
        raise Refused(
            f"DATABASE_URL holds {demo} demo accounts, whose passwords everybody knows:"
            " serve residents from a new database."
        )
