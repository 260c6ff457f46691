"""What the tester wants to go wrong: rules that name a request and what happens to it. Applied elsewhere."""

import threading
from dataclasses import asdict, dataclass, replace
from typing import Literal, get_args

from emulator.history import History, Json
from emulator.sids import new_sid

FaultKind = Literal[
    "delay", "drop", "double", "double_at_once", "lose_answer", "hold_back", "status_before", "status_after"
]
Side = Literal["webhook", "rest"]

ALLOWED: dict[str, frozenset[str]] = {
    "webhook": frozenset({"delay", "drop", "double", "double_at_once", "lose_answer", "hold_back"}),
    "rest": frozenset({"delay", "status_before", "status_after", "lose_answer"}),
}


@dataclass(frozen=True)
class Fault:
    """`seconds` are machine seconds; `times` and `skip` count matching requests."""

    id: str
    on: Side
    match: str
    do: FaultKind
    seconds: float = 1.0
    status: int = 500
    times: int = 1
    skip: int = 0


class FaultTable:
    def __init__(self, history: History) -> None:
        self._history = history
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def strike(self, side: Side, request: str) -> Fault | None:
        """The fault that hits this request, used up once; `request` is "METHOD url"."""
        with self._lock:
            for place, fault in enumerate(self._faults):
                if fault.on != side or fault.times <= 0 or fault.match not in request:
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
    known = {name: content[name] for name in ("seconds", "status", "times", "skip") if name in content}
    try:
        return Fault(
            id=str(content.get("id") or new_sid("FT")),
            on="webhook" if side == "webhook" else "rest",
            match=str(content.get("match", "")),
            do=next(kind for kind in get_args(FaultKind) if kind == deed),
            seconds=float(str(known.get("seconds", 1.0))),
            status=int(str(known.get("status", 500))),
            times=int(str(known.get("times", 1))),
            skip=int(str(known.get("skip", 0))),
        )
    except ValueError:
        return "number"
