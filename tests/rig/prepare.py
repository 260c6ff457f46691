"""What stands before the first call: the migrated record and the published sample rules."""

from datetime import UTC, datetime

from adapters.database import Database
from adapters.migrate import upgrade
from adapters.settings import Settings
from routing_rules.service import publish_first


def prepare(settings: Settings) -> None:
    upgrade(settings.database_url)
    database = Database(settings.database_url)
    text = settings.ruleset_file.read_text(encoding="utf-8")
    publish_first(database, text, "the rig", "the sample rules", datetime(2026, 11, 1, tzinfo=UTC))
    database.dispose()
