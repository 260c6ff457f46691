"""What can be promised now, by key: up to three times at once, more times, or a voice message instead. Pure.

The URL carries the times as they were heard: a key means what was said, though the clock has moved on since.
"""

from callbacks.model import Window, code_of
from ivr.caller_input import CallerInput, Pressed
from ivr.dialogue import message
from ivr.dialogue.asking import TRIES, ask, unheard
from ivr.dialogue.numbers import is_stopped, read_number, stopped
from ivr.dialogue.told import person, spoken, unconfirmed
from ivr.effects import Effect, Reopen
from ivr.facts import Facts
from ivr.step_url import Step
from ivr.turn import KeySpoken, Say, Turn

AT_ONCE = 3  # times told in one turn
ASAP = "asap"
BETWEEN = "."  # between the codes of the times in a URL


def times(facts: Facts) -> tuple[Window, ...]:
    """What can be promised now, soonest first."""
    return ((facts.asap,) if facts.asap else ()) + facts.slots


def name_of(window: Window, facts: Facts) -> str:
    return ASAP if window == facts.asap else code_of(window)


def heard(step: Step) -> tuple[str, ...]:
    """The times this step's turn told, by key."""
    return tuple(step.choice.split(BETWEEN)) if step.choice else ()


def page(windows: tuple[Window, ...], facts: Facts, first: str = "", after: str = "") -> tuple[Window, ...]:
    """Up to three times: from the one named ``first``, or behind the one named ``after``; else from the soonest."""
    names = [name_of(window, facts) for window in windows]
    start = names.index(first) if first in names else names.index(after) + 1 if after in names else 0
    return windows[start : start + AT_ONCE] or windows[:AT_ONCE]


def read_out(windows: tuple[Window, ...], shown: tuple[Window, ...], facts: Facts) -> tuple[Say, ...]:
    """The times with their keys, and the key for more where there are more."""
    says = []
    for key, window in enumerate(shown, start=1):
        told = ("window", spoken(window, facts))
        first = "offer.asap" if window == facts.asap else "offer.slot"
        says.append(Say(first, (told,)) if key == 1 else Say("offer.or", (told, ("key", KeySpoken(str(key))))))
    return (*says, Say("offer.more")) if len(windows) > len(shown) else tuple(says)


def named(shown: tuple[Window, ...], facts: Facts) -> str:
    return BETWEEN.join(name_of(window, facts) for window in shown)


def offer_callback(
    step: Step, facts: Facts, *before: Say, tries: int = 1, first: str = "", after: str = ""
) -> Turn | Effect:
    """An open request has its number already: no menu."""
    if step.request:
        return Reopen(step.request)
    if is_stopped(step, facts):
        return stopped(step, facts, *before)
    windows = times(facts)
    shown = page(windows, facts, first, after)
    says = [*before, *read_out(windows, shown, facts)]
    if not windows:
        says += [Say("offer.unavailable"), Say("emergency")]
    if not step.line:
        says.append(Say("menu.message", (("key", KeySpoken("5")),)))
    says.append(Say("menu.repeat_star"))
    return ask(step, "offer", facts, *says, tries=tries, choice=named(shown, facts))


def offer(step: Step, given: CallerInput, facts: Facts) -> Turn | Effect:
    told = heard(step)
    first = told[0] if told else ""
    match given:
        case Pressed("4"):
            return offer_callback(step, facts, after=told[-1] if told else "")
        case Pressed("5") if not step.line:
            return message.start(step, facts)
        case Pressed("0"):
            return person(step, facts)
        case Pressed("*"):
            return offer_callback(step, facts, tries=step.tries, first=first)
        case Pressed(key) if key in ("1", "2", "3") and int(key) <= len(told):
            return _chosen(step, told[int(key) - 1], facts)
    if step.tries < TRIES:
        return offer_callback(step, facts, unheard(given), tries=step.tries + 1, first=first)
    return unconfirmed(step, facts)


def _chosen(step: Step, code: str, facts: Facts) -> Turn | Effect:
    if code not in [name_of(window, facts) for window in times(facts)]:
        return gone(step, facts)
    return read_number(step.go("number", facts.nonce, choice=code), facts)


def gone(step: Step, facts: Facts) -> Turn | Effect:
    """Somebody else has taken the time meanwhile, or it has passed; or nobody is promised one any more."""
    return offer_callback(step, facts, *(() if is_stopped(step, facts) else (Say("offer.gone"),)))
