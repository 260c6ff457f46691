"""One matter with its whole history, as frozen values. Codes, and words as they were told; the console finds the
sentences. No queries."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from desks.view.card import Sound

Kind = Literal["event", "line", "told", "text", "sound", "rang_in", "noted", "transfer", "listening", "deed"]


@dataclass(frozen=True)
class Happening:
    """``who`` and ``agent``: an agent's name, or ``caller``, ``service``, ``command line``."""

    at: datetime
    kind: Kind
    code: str  # of the event, deed, key of the message ...
    who: str
    agent: str | None = None  # whom it was offered to, who talked
    words: str | None = None  # as told, sent or written
    codes: Mapping[str, str] = field(default_factory=dict)  # reason, outcome, detail, avoidable, verdict, via ...
    window: tuple[datetime, datetime] | None = None
    sound: Sound | None = None
    goal: str | None = None  # id of the other matter that this leads to


@dataclass(frozen=True)
class Matter:
    """The request, or the caller on the line, as it stands."""

    id: str
    live: bool
    code: str | None
    topic_path: tuple[str, ...]
    language: str  # served in
    own_language: str
    desk_id: str
    desk: str
    department: str
    urgent: bool
    state: str
    number: str | None  # grouped for reading; None: withheld
    keyed_in: bool
    rang_at: datetime
    window: tuple[datetime, datetime] | None
    words: str | None  # the promise as it stands
    attempts: int
    owner: str | None
    contact: str
    interpreter: str | None
    about: str | None  # of a caller: the request she rings in about, where the reader may see it
    place_told: int | None
    wait_told: int | None
    call_sid: str | None  # of the call it began with
    history: tuple[Happening, ...]
