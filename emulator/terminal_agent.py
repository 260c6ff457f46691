"""An agent in the terminal: signs in to the console, is available, is offered matters and talks.

`python -m emulator.terminal_agent --console URL --sign-in NAME --password P [--auto]`. Keys: a accepts, d declines
(d REASON), h hangs up, o notes the outcome "done" (o OUTCOME another), b takes a break, v is available again, q ends.
"""

import argparse
import queue
import sys
import threading
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

from emulator.agent_telephone import AgentTelephone, Rang
from emulator.console_client import Console, ConsoleError
from emulator.lab_client import Lab, LabError, addresses
from emulator.terminal_print import line, print_card

_HEARTBEAT_SECONDS = 5.0
_DESK_SECONDS = 1.0
_REASON = "wrong_desk"  # of a decline, where none is typed
Typed = str
Signal = Rang | Typed


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    origin = options.console or addresses().get("web")
    if not origin:
        print("No console is known: start one with `make run`, or name it with --console URL.", file=sys.stderr)
        return 2
    try:
        return Agent(Console(origin), options).work()
    except (ConsoleError, LabError) as error:
        print(str(error), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m emulator.terminal_agent", description="An agent in the terminal.")
    parser.add_argument("--console", metavar="URL", help="the console (default: the one that `make run` started)")
    parser.add_argument("--lab", metavar="URL", help="the emulator (default: where the console's telephone comes from)")
    parser.add_argument("--sign-in", required=True, metavar="NAME")
    parser.add_argument("--password", required=True)
    parser.add_argument("--auto", action="store_true", help="answer everything, talk, hang up and note the outcome")
    parser.add_argument(
        "--talk", type=float, default=20.0, metavar="SECONDS", help="business seconds talked with --auto"
    )
    parser.add_argument("--outcome", default="done", help="the outcome noted with --auto")
    return parser


class Agent:
    """One agent at one desk. All that happens arrives in one queue, so nothing happens at the same time."""

    def __init__(self, console: Console, options: argparse.Namespace) -> None:
        self._console = console
        self._options = options
        self._signals: queue.Queue[Signal] = queue.Queue()
        self._ringing: str | None = None
        self._talking: str | None = None
        self._hang_up_at: float | None = None  # machine time
        self._offer: Mapping[str, object] = {}

    def work(self) -> int:
        self._console.sign_in(self._options.sign_in, self._options.password)
        token, sdk_url = self._console.telephone()
        self._lab = Lab(self._options.lab or _origin(sdk_url))
        first = [token]
        self._telephone = AgentTelephone(
            self._lab, lambda: first.pop() if first else self._console.telephone()[0], self._signals.put
        )
        try:
            self._be_at_work()
            self._serve()
        except KeyboardInterrupt:
            line("", "going home")
        return self._go_home()

    def _be_at_work(self) -> None:
        self._telephone.start()
        self._console.be("available")
        for task in (self._beat, *(() if self._options.auto else (self._keyboard,))):
            threading.Thread(target=task, daemon=True).start()
        line("", f"{self._options.sign_in} is available" + ("" if self._options.auto else "; a d h o b v q"))

    def _serve(self) -> None:
        looked = 0.0
        while True:
            try:
                signal = self._signals.get(timeout=0.25)
            except queue.Empty:
                signal = ""
            if signal == "q":
                return
            self._take(signal)
            self._auto()
            if time.monotonic() - looked >= _DESK_SECONDS:
                looked = time.monotonic()
                self._look_at_desk()

    def _take(self, signal: Signal) -> None:
        try:
            if isinstance(signal, Rang):
                self._rang(signal)
            elif signal:
                self._typed(signal)
        except (ConsoleError, LabError) as error:
            line("", f"not possible: {error}")

    def _rang(self, rang: Rang) -> None:
        match rang.what:
            case "incoming":
                self._ringing = rang.call_sid
                line("", f"RINGING  {rang.text}")
                if self._options.auto:
                    self._telephone.do("accept", rang.call_sid)
            case "accepted":
                self._ringing, self._talking = None, rang.call_sid
                line("", "answered")
            case "cancel" | "disconnect":
                self._ringing = self._talking = self._hang_up_at = None
                line("", "the call was taken back" if rang.what == "cancel" else "the call has ended")
            case "heard":
                line("", f'heard: "{rang.text}"')
            case _:
                line("", f"{rang.what}: {rang.text}")

    def _typed(self, typed: str) -> None:
        key, _, rest = typed.partition(" ")
        match key:
            case "a" if self._ringing:
                self._telephone.do("accept", self._ringing)
            case "d" if self._offer:
                self._console.decline(self._token(), rest.strip() or _REASON)
            case "d" if self._ringing:
                self._telephone.do("reject", self._ringing)
            case "h" if self._talking:
                self._telephone.do("disconnect", self._talking)
            case "o":
                self._note(rest.strip() or "done")
            case "b":
                self._console.be("break")
            case "v":
                self._console.be("available")
            case _:
                line("", "a accepts, d declines, h hangs up, o notes the outcome, b break, v available, q ends")

    def _auto(self) -> None:
        """With --auto: hangs up when enough was talked, and notes the outcome when the talk is over."""
        if not self._options.auto:
            return
        try:
            if self._talking and self._hang_up_at is not None and time.monotonic() >= self._hang_up_at:
                self._hang_up_at = None
                self._telephone.do("disconnect", self._talking)
            if self._offer.get("state") == "wrapup" and not self._talking:
                self._note(self._options.outcome)
        except (ConsoleError, LabError) as error:
            line("", f"not possible: {error}")

    def _note(self, outcome: str) -> None:
        token, self._offer = self._token(), {}
        if token:
            self._console.note(token, outcome)
            line("", f"noted: {outcome}")

    def _token(self) -> str:
        return str(self._offer.get("token") or "")

    def _look_at_desk(self) -> None:
        try:
            desk = self._console.desk()
            if self._options.auto and desk.get("presence") == "away":
                self._console.be("available")
        except ConsoleError as error:
            line("", str(error))
            return
        offer = desk.get("offer")
        before, self._offer = self._offer, offer if isinstance(offer, Mapping) else {}
        if not self._offer or self._offer.get("state") == before.get("state"):
            return
        if self._token() != before.get("token"):
            print_card(self._offer)
        line("", f"{self._offer.get('state')}")
        if self._offer.get("state") == "connected":
            self._hang_up_at = time.monotonic() + self._options.talk / self._rate()

    def _rate(self) -> float:
        return self._lab.business_time()[1] or 1.0

    def _beat(self) -> None:
        pause = threading.Event()
        while not pause.wait(_HEARTBEAT_SECONDS):
            try:
                self._console.heartbeat()
            except ConsoleError as error:
                line("", str(error))

    def _keyboard(self) -> None:
        for typed in sys.stdin:
            self._signals.put(typed.strip().lower())

    def _go_home(self) -> int:
        try:
            if self._talking:
                self._telephone.do("disconnect", self._talking)
            self._console.be("offline")
        except (ConsoleError, LabError) as error:
            line("", str(error))
        self._telephone.stop()
        return 0


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


if __name__ == "__main__":
    sys.exit(main())
