"""A department that records its talks, for one scenario of a running city."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import delete

from adapters.schema import ruleset
from routing_rules import store
from routing_rules.document import dump, parse
from tests.rig.city import City
from tests.rig.waiting import until

EVERYWHERE_SECONDS = 2.5  # a published change is in every process within two


@contextmanager
def recorded_in(city: City, *departments: str) -> Iterator[None]:
    """Published for the scenario, and taken back after it."""
    with city.engine.begin() as connection:
        found = store.published(connection)
        assert found is not None
        rules = parse(found[1])
        chosen = tuple(replace(d, records_talks=d.id in departments) for d in rules.departments)
        version = store.next_version(connection)
        document = dump(replace(rules, version=version, departments=chosen))
        made = store.Publication(version, document, "sirkka", "talks are recorded", city.business_moment())
        assert store.insert_published(connection, made)
    _everywhere()
    try:
        yield
    finally:
        with city.engine.begin() as connection:
            connection.execute(delete(ruleset).where(ruleset.c.version == version))
        _everywhere()


def _everywhere() -> None:
    since = time.monotonic()
    until(lambda: time.monotonic() > since + EVERYWHERE_SECONDS, 2 * EVERYWHERE_SECONDS, lambda: "time stands still")
