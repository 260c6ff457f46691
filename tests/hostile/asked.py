"""Which fields a route asks for, found by asking it: a form and a query that note each name that is looked up.

A new field is therefore covered as soon as its route reads it; ``tests/hostile/test_every_field.py`` sees to it that
the base requests come far enough to read them all.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from flask import Flask, Request, request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.utils import cached_property

Place = Literal["form", "query"]
Fields = defaultdict[str, set[tuple[Place, str]]]  # by endpoint
OURS = frozenset({"csrf_token"})  # the guard's own; tests/web/test_console_guard.py


class _Looks:
    """Where a name that was looked up is noted; only while ``noting``."""

    found: "Fields | None" = None

    @classmethod
    def note(cls, place: Place, name: object) -> None:
        if cls.found is not None and isinstance(name, str) and name not in OURS:
            cls.found[str(request.endpoint)].add((place, name))


class NotingDict(dict[str, Any]):
    place: Place

    def get(self, key: str, default: Any = None) -> Any:
        _Looks.note(self.place, key)
        return super().get(key, default)

    def __getitem__(self, key: str) -> Any:
        _Looks.note(self.place, key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        _Looks.note(self.place, key)
        return super().__contains__(key)


class _Noting(ImmutableMultiDict[str, str]):
    place: Place

    def get(self, key: str, *more: Any, **other: Any) -> Any:
        _Looks.note(self.place, key)
        return super().get(key, *more, **other)

    def getlist(self, key: str, *more: Any, **other: Any) -> Any:
        _Looks.note(self.place, key)
        return super().getlist(key, *more, **other)

    def __getitem__(self, key: str) -> Any:
        _Looks.note(self.place, key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        _Looks.note(self.place, key)
        return super().__contains__(key)

    def to_dict(self, flat: bool = True) -> Any:
        made = NotingDict(super().to_dict() if flat else super().to_dict(flat=False))
        made.place = self.place
        return made


class _NotingForm(_Noting):
    place: Place = "form"


class _NotingQuery(_Noting):
    place: Place = "query"


class NotingRequest(Request):
    @cached_property
    def args(self) -> Any:
        return _NotingQuery(super().args)

    @cached_property
    def form(self) -> Any:
        return _NotingForm(super().form)


@contextmanager
def noting(app: Flask) -> Iterator[Fields]:
    """What is looked up in requests to this app meanwhile."""
    found: Fields = defaultdict(set)
    app.request_class = NotingRequest
    _Looks.found = found
    try:
        yield found
    finally:
        _Looks.found = None
        app.request_class = Request
