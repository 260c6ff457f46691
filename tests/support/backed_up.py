"""A city that was backed up, and empty places to put it back into."""

from dataclasses import dataclass
from pathlib import Path

from adapters.settings import Settings, load_settings
from ivr.fallback import keep
from operations import backup, record_store
from operations.backup import Made
from operations.restore import Restored, Wishes, restore
from tests.support.happenings import Happenings
from tests.support.lived import lived, place
from tests.support.services import SETTINGS

OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}
NOTHING_SINCE = Wishes(nothing_since=True)
SOMETHING_SINCE = Wishes()


def silent(_said: str) -> None:
    """Nobody listens to the progress."""


@dataclass(frozen=True)
class City:
    town: Happenings
    settings: Settings
    made: Made

    @property
    def kind(self) -> str:
        return "sqlite" if self.town.services.database.is_sqlite else "postgresql"


def backed_up(kind: str, directory: Path) -> City:
    given = place(kind, directory)
    town, settings = lived(given), settings_of(given)
    keep(settings, town.rules, town.services.announcements)
    return City(town, settings, backup.make(settings, directory / "backups", with_recordings=True, tell=silent))


def settings_of(given: dict[str, str], **more: str) -> Settings:
    return load_settings({**SETTINGS, **given, **more})


def empty_place(kind: str, directory: Path) -> Settings:
    return settings_of(place(kind, directory / "new"))


def put_back(made: Made, settings: Settings, wishes: Wishes = SOMETHING_SINCE) -> Restored:
    return restore(settings, made.place, wishes, silent)


def going_on(settings: Settings) -> Happenings:
    """The city over a restored record, later than whatever stands in it."""
    new = Happenings.over(settings.database_url, DATA_DIR=str(settings.data_dir))
    assert isinstance(new, Happenings)
    new.clock.seconds += 4e9
    return new


def marks(url: str) -> dict[str, tuple[int, str]]:
    with record_store.one_moment(url) as connection:
        counted = {found.name: record_store.tally(connection, found) for found in record_store.tables(connection)}
    return {name: (tally.rows, tally.mark) for name, tally in counted.items()}
