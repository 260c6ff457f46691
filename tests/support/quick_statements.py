"""A record for each test, at the price of one: a statement is turned into SQL once for the process.

Each engine keeps what it compiled to itself, and a town has engines of its own: without this a fifth of a test's time
goes into making the same SQL anew. What is kept is text and types; connections, values and rows are each engine's own.
"""

from collections.abc import MutableMapping
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.util import LRUCache

from adapters.database import Database

MANY = 5_000  # statements; the service has some hundred


class _OfAnyEngine(MutableMapping[Any, Any]):
    """By statement alone: an engine's dialect, the first part of its key, differs from its equals by identity."""

    def __init__(self) -> None:
        self._known: LRUCache[Any, Any] = LRUCache(MANY)

    def __getitem__(self, key: Any) -> Any:
        return self._known[key[1:]]

    def get(self, key: Any, default: Any = None) -> Any:
        return self._known.get(key[1:], default)

    def __setitem__(self, key: Any, made: Any) -> None:
        self._known[key[1:]] = made

    def __delitem__(self, key: Any) -> None:
        del self._known[key[1:]]

    def __iter__(self) -> Any:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


_known: dict[str, _OfAnyEngine] = {}


def spare(database: Database) -> Database:
    """This record's engines, also the one that deals, take what an earlier record's compiled."""
    for engine in {database.engine, database.for_dealing.engine}:
        _share(engine)
    return database


def _share(engine: Engine) -> None:
    engine.update_execution_options(compiled_cache=_known.setdefault(engine.dialect.name, _OfAnyEngine()))
