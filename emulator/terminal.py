"""A telephone in the terminal: `python -m emulator.terminal call` rings, `… listen` waits to be rung.

Everything heard is printed as it is said. Keys and Enter are typed; h hangs up, a answers, d declines; other words are
spoken, into a recording or where speech is asked for.
Nothing of the service is known here: it is a telephone.
"""

import argparse
import sys
import threading
from collections.abc import Callable
from typing import assert_never

from emulator.lab_client import CallNow, Lab, LabError, addresses
from emulator.terminal_print import line, say_line
from emulator.terminal_script import HangUp, Press, Script, Speak, due, hear, left, parse

RESIDENT = "+358401234501"
_LOOK_SECONDS = 20.0
_RING_LOOK_SECONDS = 0.5
_NOTHING_NEW = 10**9  # no call has that many events
KEYS = frozenset("0123456789*#")


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    known = addresses()
    origin = options.lab or known.get("emulator")
    if not origin:
        return _refuse("No emulator is known: start one with `make run`, or name it with --lab URL.")
    try:
        match options.what:
            case "call":
                return _call(Lab(origin), options, known)
            case _:
                return _listen(Lab(origin), options)
    except KeyboardInterrupt:
        return 0
    except LabError as error:
        return _refuse(str(error))
    except ValueError as error:
        return _refuse(f"--keys: {error} is neither keys, wait:words, say:words nor hangup.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m emulator.terminal", description="A telephone in the terminal.")
    actions = parser.add_subparsers(dest="what", required=True)
    for name, help_text in (("call", "ring the city's number"), ("listen", "wait for the telephone to ring")):
        action = actions.add_parser(name, help=help_text)
        action.add_argument("--lab", metavar="URL", help="the emulator (default: the one that `make run` started)")
        action.add_argument("--from", dest="sender", default=RESIDENT, metavar="NUMBER", help="this telephone's number")
        action.add_argument(
            "--keys", metavar="SCRIPT", help='for example "1,1,wait:Olet jonossa,1"; then nothing is typed'
        )
        if name == "call":
            action.add_argument("--withheld", action="store_true", help="ring with the number withheld")
            action.add_argument("--to", metavar="NUMBER", help="whom to ring (default: the city's number)")
    return parser


def _call(lab: Lab, options: argparse.Namespace, known: dict[str, str]) -> int:
    to = options.to or known.get("city_number")
    if not to:
        return _refuse("Whom to ring? Name the number with --to.")
    script = _script(options)
    sender = "anonymous" if options.withheld else options.sender
    if not options.withheld:
        lab.telephone(sender)
    line("", f"ringing {to} from {'a withheld number' if options.withheld else sender}")
    return converse(lab, lab.ring(sender, to), script)


def _listen(lab: Lab, options: argparse.Namespace) -> int:
    script = _script(options)
    line("", f"{options.sender} waits to be rung; Ctrl-C ends")
    call_sid = _await_ring(lab, options.sender)
    line("", "RINGING" if script else "RINGING: a answers, d declines")
    if script:
        lab.answer(call_sid)
    return converse(lab, call_sid, script)


def _await_ring(lab: Lab, number: str) -> str:
    pause = threading.Event()
    while (call_sid := lab.ringing_at(number)) is None:
        pause.wait(_RING_LOOK_SECONDS)
    return call_sid


def _script(options: argparse.Namespace) -> Script | None:
    return None if options.keys is None else parse(options.keys)


def converse(lab: Lab, call_sid: str, script: Script | None) -> int:
    """Follows one call to its end. 0: it ended as a call does and the script was played to its end."""
    if script is None:
        threading.Thread(target=_keyboard, args=(lab, call_sid), daemon=True).start()
    try:
        call, script = _follow(lab, call_sid, script)
    except KeyboardInterrupt:
        return _leave(lab, call_sid)
    line("", f"the call has ended: {call.status}")
    if script is not None and not script.finished:
        line("", f"never reached: {left(script)}")
        return 1
    return 0 if call.status == "completed" else 2


def _follow(lab: Lab, call_sid: str, script: Script | None) -> tuple[CallNow, Script | None]:
    since = 0
    while True:
        call = lab.look(call_sid, since, _LOOK_SECONDS)
        for event in call.events:
            say_line(event)
            script = hear(script, event) if script else script
        since = call.next
        if call.ended:
            return call, script
        script = _act(lab, call, script) if script else script


def _act(lab: Lab, call: CallNow, script: Script) -> Script:
    step, after = due(script, call)
    match step:
        case None:
            return script
        case Press(digits):
            _try(lambda: lab.press(call.call_sid, digits))
        case Speak(words, then):
            _try(lambda: _speak(lab, call, words, then))
        case HangUp():
            _try(lambda: lab.hang_up(call.call_sid))
        case _:
            assert_never(step)
    return after


def _keyboard(lab: Lab, call_sid: str) -> None:
    for typed in sys.stdin:
        match typed.strip().lower():
            case "":
                continue
            case "h":
                _try(lambda: lab.hang_up(call_sid))
            case "a":
                _try(lambda: lab.answer(call_sid))
            case "d":
                _try(lambda: lab.decline(call_sid))
            case keys if set(keys) <= KEYS:
                _try(lambda: lab.press(call_sid, keys))
            case _:
                _say_typed(lab, call_sid, typed.strip())


def _say_typed(lab: Lab, call_sid: str, words: str) -> None:
    _try(lambda: _speak(lab, lab.look(call_sid, _NOTHING_NEW, 0), words))


def _speak(lab: Lab, call: CallNow, words: str, then: str = "") -> None:
    if call.listening:
        lab.say(call.call_sid, words)
        return
    lab.speak(call.call_sid, words, then)
    if not call.recording:
        line("", f"to be said after the beep: {words}")


def _try(act: Callable[[], None]) -> None:
    try:
        act()
    except LabError as error:
        line("", f"not possible: {error}")


def _leave(lab: Lab, call_sid: str) -> int:
    _try(lambda: lab.hang_up(call_sid))
    line("", "hung up")
    return 0


def _refuse(words: str) -> int:
    print(words, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
