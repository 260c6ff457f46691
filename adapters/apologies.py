"""Whether the answer that a thread is giving is an apology: callers hear one with 200, as the provider needs it, and no
status tells of it. Said where it is decided, counted where the request ends, both in the same thread."""

import threading
from typing import Literal, get_args

Why = Literal["fault", "record"]  # something of ours broke, or the record did not answer
WHYS: tuple[Why, ...] = get_args(Why)


class Apologies:
    def __init__(self) -> None:
        self._mine = threading.local()

    def made(self, why: Why) -> None:
        self._mine.why = why

    def taken(self) -> Why | None:
        """Told once: the thread's next request is another."""
        found: Why | None = getattr(self._mine, "why", None)
        self._mine.why = None
        return found


APOLOGIES = Apologies()
