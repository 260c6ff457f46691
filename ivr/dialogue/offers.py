"""The callback offer, the number, and the promise as it is told. Pure.

No request without a confirmed key; every refusal says why and leaves another way.
"""

from zoneinfo import ZoneInfo

from callbacks.model import Window, code_of
from ivr.caller_input import CallerInput, Pressed
from ivr.facts import Callable, Effect, Facts, GiveUpLine, KeepNumber, MakePromise, NotCallable, Promised, Reopen, Stay
from ivr.step_url import Step, url_of
from ivr.turn import (
    DigitsSpoken,
    Gather,
    Hangup,
    MomentSpoken,
    PhoneSpoken,
    Say,
    Spoken,
    TopicSpoken,
    Turn,
    WindowSpoken,
)
from routing_rules.opening_hours import closing_after, next_opening

TRIES = 2
NUMBER_TRIES = 3


def times(facts: Facts) -> tuple[Window, ...]:
    """What can be promised now, soonest first."""
    return ((facts.asap,) if facts.asap else ()) + facts.slots


def _menu(step: Step, name: str, facts: Facts, spoken: tuple[Spoken, ...], tries: int, digits: int | None = 1) -> Turn:
    to = step.go(name, facts.nonce, tries=tries)
    return Turn(step.language, (Gather(spoken, url_of(facts.base, to), digits),))


def offer_callback(step: Step, facts: Facts, *before: Say, tries: int = 1, index: int = 0) -> Turn | Effect:
    """One time is offered, a second key asks for the next. An open request has its number already: no menu."""
    if step.request:
        return Reopen(step.request)
    windows = times(facts)
    if not windows:
        return Turn(step.language, (*before, Say("offer.unavailable"), Say("emergency"), Say("goodbye"), Hangup()))
    window = windows[index % len(windows)]
    key = "offer.asap" if window == facts.asap else "offer.slot"
    says: list[Spoken] = [*before, Say(key, (("window", _spoken(window, facts)),))]
    if len(windows) > 1:
        says.append(Say("offer.later"))
    says.append(Say("menu.repeat_star"))
    choice = "asap" if window == facts.asap else code_of(window)
    return _menu(step.go("offer", facts.nonce, choice=choice), "offer", facts, tuple(says), tries)


def offer(step: Step, given: CallerInput, facts: Facts) -> Turn | Effect:
    codes = ["asap" if w == facts.asap else code_of(w) for w in times(facts)]
    index = codes.index(step.choice) if step.choice in codes else 0
    match given:
        case Pressed("1") if step.choice in codes:
            return read_number(step, facts)
        case Pressed("2"):
            return offer_callback(step, facts, index=index + 1)
        case Pressed("*"):
            return offer_callback(step, facts, tries=step.tries, index=index)
    if step.tries < TRIES:
        return offer_callback(step, facts, tries=step.tries + 1, index=index)
    return _unconfirmed(step, facts)


def read_number(step: Step, facts: Facts, tries: int = 1, *before: Say) -> Turn:
    match facts.caller:
        case Callable(e164):
            says = (*before, Say("number.readback", (("number", PhoneSpoken(e164)),)), Say("number.confirm"))
            return _menu(step, "number", facts, (*says, Say("number.other"), Say("menu.repeat_star")), tries)
        case NotCallable(reason):
            return key_in(step, facts, 1, *before, Say(REFUSALS.get(reason, "number.withheld")))


REFUSALS = {
    "withheld": "number.withheld",
    "foreign": "number.refused_foreign",
    "service": "number.refused_service",
    "premium": "number.refused_service",
    "emergency": "number.refused_emergency",
    "own": "number.refused_own",
    "malformed": "number.refused_malformed",
    "not_a_line": "number.refused_malformed",
}


def key_in(step: Step, facts: Facts, tries: int, *before: Say) -> Turn:
    return _menu(step, "key-number", facts, (*before, Say("number.key_in")), tries, digits=None)


def number(step: Step, given: CallerInput, facts: Facts) -> Turn | Effect:
    match given:
        case Pressed("1") if isinstance(facts.caller, Callable):
            department = facts.rules.topic(step.topic).department or ""
            return MakePromise(step.topic, department, step.choice, step.line)
        case Pressed("2"):
            return key_in(step, facts, 1)
        case Pressed("*"):
            return read_number(step, facts, step.tries)
    if step.tries < TRIES:
        return read_number(step, facts, step.tries + 1)
    return _unconfirmed(step, facts)


def key_number(step: Step, given: CallerInput, facts: Facts) -> Turn | Effect:
    match given:
        case Pressed("*"):
            return key_in(step, facts, step.tries)
        case Pressed(keys):
            return KeepNumber(keys)
    if step.tries < TRIES:
        return key_in(step, facts, step.tries + 1)
    return _unconfirmed(step, facts)


def refused(step: Step, reason: str, facts: Facts) -> Turn | Effect:
    if step.tries >= NUMBER_TRIES:
        return _unconfirmed(step, facts)
    return key_in(step, facts, step.tries + 1, Say(REFUSALS.get(reason, "number.refused_malformed")))


def _unconfirmed(step: Step, facts: Facts) -> Turn | Effect:
    """Nothing was confirmed: whoever came from the line goes back to the old place, if there still is a line."""
    if facts.line is not None and facts.line.state == "closing":
        return GiveUpLine(facts.line.id, "silent")
    return Stay(step.line) if step.line else silent_goodbye(step, facts)


def silent_goodbye(step: Step, facts: Facts) -> Turn:
    """Whoever stays silent hears when somebody answers, where help is, and goodbye (decision 22)."""
    return Turn(step.language, (Say("silent.goodbye"), *hours(facts), Say("emergency"), Say("goodbye"), Hangup()))


def hours(facts: Facts) -> tuple[Say, ...]:
    """Until when the widest desk answers, or from when on."""
    zone = ZoneInfo(facts.rules.time_zone)
    desk = facts.rules.department(facts.rules.extended_desk).hours
    closes, opens = closing_after(desk, facts.now, zone), next_opening(desk, facts.now, zone)
    if closes is not None:
        return (Say("silent.open_until", (("closes", MomentSpoken(closes, facts.now)),)),)
    if opens is not None:
        return (Say("closed.all", (("opens", MomentSpoken(opens, facts.now)),)),)
    return ()


def told(step: Step, promised: Promised, facts: Facts) -> Turn:
    """The promise in words. Rendered in the effect's transaction, sent only once that has been committed."""
    window = _spoken(promised.window, facts)
    if promised.joined:
        first = Say("promise.joined", (("window", window),))
    else:
        first = Say("promise.told", (("about", TopicSpoken(promised.topic, "about")), ("window", window)))
    says = [Say("thanks"), first]
    if promised.place_kept:
        says.append(Say("promise.place_kept"))
    says += [Say("promise.code", (("code", DigitsSpoken(promised.code)),)), _rings_from(facts)]
    return Turn(step.language, (*says, Say("promise.may_hang_up"), Hangup()))


def _rings_from(facts: Facts) -> Say:
    if facts.shown_number is None:
        return Say("promise.same_number")
    return Say("promise.from_number", (("number", PhoneSpoken(facts.shown_number)),))


def told_at_closing(step: Step, promised: Promised, facts: Facts) -> Turn:
    """The last desk closes: the caller hears the promise without a key, and may still give another number."""
    values = (("window", _spoken(promised.window, facts)), ("number", PhoneSpoken(promised.number)))
    says = (Say("closing.promise", values), Say("promise.code", (("code", DigitsSpoken(promised.code)),)))
    return Turn(step.language, (*says, Say("emergency"), Say("promise.may_hang_up"), Hangup()))


def _spoken(window: Window, facts: Facts) -> WindowSpoken:
    return WindowSpoken(window.start, window.end, facts.now)
