"""What the tester wants to go wrong: rules that name a request and what happens to it. Applied elsewhere."""

import threading
from dataclasses import asdict, dataclass, replace
from typing import Literal, get_args

from emulator.history import History, Json
from emulator.sids import new_sid

FaultKind = Literal[
    "delay",
    "drop",
    "double",
    "double_at_once",
    "overtaken",
    "lose_answer",
    "hold_back",
    "stale",
    "status_before",
    "status_after",
    "absent",
    "redirect",
    "html",
    "wrong_type",
    "empty",
    "truncate",
    "drip",
    "huge",
    "huge_unsized",
]
Side = Literal["webhook", "rest"]

# what becomes of the sound itself: strikes where a recording is fetched
MEDIA: frozenset[str] = frozenset(
    {"redirect", "html", "wrong_type", "empty", "truncate", "drip", "huge", "huge_unsized"}
)
ALLOWED: dict[str, frozenset[str]] = {
    "webhook": frozenset({"delay", "drop", "double", "double_at_once", "overtaken", "lose_answer", "hold_back"}),
    "rest": frozenset({"delay", "status_before", "status_after", "lose_answer", "absent", "stale", *MEDIA}),
}
TEXTS = ("fields", "until", "to", "content_type")


@dataclass(frozen=True)
class Fault:
    """`seconds` are machine seconds; `times` and `skip` count matching requests.

    `overtaken`: a copy arrives at once, the webhook itself so many seconds later. `stale`: a list of calls is so old.
    `fields`: what must stand in a webhook's form besides, as it is posted ("RecordingStatus=completed"). `until`: what
    must stand in the request that lets go of one that is held back. `to`: where a redirect leads. `sound_seconds`: of a
    huge file. `piece`: bytes between two pauses of one that drips.
    """

    id: str
    on: Side
    match: str
    do: FaultKind
    seconds: float = 1.0
    status: int = 500
    times: int = 1
    skip: int = 0
    fields: str = ""
    until: str = ""
    to: str = ""
    content_type: str = "application/octet-stream"
    sound_seconds: float = 14400.0
    piece: int = 1024


class FaultTable:
    def __init__(self, history: History) -> None:
        self._history = history
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def strike(self, side: Side, request: str, form: str = "") -> Fault | None:
        """The fault that hits this request, used up once; `request` is "METHOD url"."""
        with self._lock:
            for place, fault in enumerate(self._faults):
                if fault.on != side or fault.times <= 0 or fault.match not in request or fault.fields not in form:
                    continue
                if fault.skip > 0:
                    self._faults[place] = replace(fault, skip=fault.skip - 1)
                    continue
                self._faults[place] = replace(fault, times=fault.times - 1)
                self._history.add("fault", fault=fault.id, do=fault.do, request=request)
                return fault
        return None

    def all(self) -> list[dict[str, Json]]:
        with self._lock:
            return [asdict(fault) for fault in self._faults]

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()


def read_fault(content: dict[str, object]) -> Fault | str:
    """A fault from its JSON form, or what is wrong with it."""
    side, deed = content.get("on"), content.get("do")
    if side not in ALLOWED:
        return "on"
    if deed not in ALLOWED[str(side)]:
        return "do"
    try:
        return Fault(
            id=str(content.get("id") or new_sid("FT")),
            on="webhook" if side == "webhook" else "rest",
            match=str(content.get("match", "")),
            do=next(kind for kind in get_args(FaultKind) if kind == deed),
            seconds=float(str(content.get("seconds", 1.0))),
            status=int(str(content.get("status", 302 if deed == "redirect" else 500))),
            times=int(str(content.get("times", 1))),
            skip=int(str(content.get("skip", 0))),
            sound_seconds=float(str(content.get("sound_seconds", 14400.0))),
            piece=max(1, int(str(content.get("piece", 1024)))),
            **{name: str(content[name]) for name in TEXTS if name in content},
        )
    except ValueError:
        return "number"
