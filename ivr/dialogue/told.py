"""The promise as it is told, and how a call ends that was promised nothing. Pure.

What may be told depends on what is known of who listens: a calling number proves nothing, a keyed-in one even less.
"""

from zoneinfo import ZoneInfo

from callbacks.model import Window
from ivr.effects import Effect, GiveUpLine, Stay
from ivr.facts import Facts, Promised
from ivr.step_url import Step
from ivr.turn import (
    DepartmentSpoken,
    DigitsSpoken,
    Hangup,
    MomentSpoken,
    PhoneSpoken,
    Say,
    TopicSpoken,
    Turn,
    WindowSpoken,
)
from routing_rules.opening_hours import closing_after, next_opening


def told(step: Step, promised: Promised, facts: Facts) -> Turn:
    """The promise in words. Rendered in the effect's transaction, sent only once that has been committed."""
    says = [Say("thanks"), _first(promised, facts)]
    if promised.place_kept:
        says.append(Say("promise.place_kept"))
    if promised.may_tell == "all":
        says.append(Say("promise.code", (("code", DigitsSpoken(promised.code)),)))
    if promised.may_tell != "nothing":
        says.append(_rings_from(facts))
    return Turn(step.language, (*says, Say("promise.may_hang_up"), Hangup()))


def _first(promised: Promised, facts: Facts) -> Say:
    window = ("window", spoken(promised.window, facts))
    if promised.may_tell == "nothing":
        return Say("promise.stands")
    if promised.may_tell == "window":
        return Say("promise.window", (window,))
    if promised.joined:
        return Say("promise.joined", (window,))
    return Say("promise.told", (("about", TopicSpoken(promised.topic, "about")), window))


def _rings_from(facts: Facts) -> Say:
    if facts.shown_number is None:
        return Say("promise.same_number")
    return Say("promise.from_number", (("number", PhoneSpoken(facts.shown_number)),))


def told_at_closing(step: Step, promised: Promised, facts: Facts) -> Turn:
    """Her desk closes and no other is open: the caller hears the promise without a key."""
    desk = facts.line.desk if facts.line is not None else facts.rules.extended_desk
    values = (
        ("department", DepartmentSpoken(desk)),
        ("window", spoken(promised.window, facts)),
        ("number", PhoneSpoken(promised.number)),
    )
    says = [Say("closing.promise", values)]
    if promised.may_tell == "all":
        says.append(Say("promise.code", (("code", DigitsSpoken(promised.code)),)))
    return Turn(step.language, (*says, Say("emergency"), Say("promise.may_hang_up"), Hangup()))


def spoken(window: Window, facts: Facts) -> WindowSpoken:
    return WindowSpoken(window.start, window.end, facts.now)


# --- nothing was confirmed ---------------------------------------------------------------------------------------


def unconfirmed(step: Step, facts: Facts) -> Turn | Effect:
    """Whoever came from the line goes back to the old place, if there still is a line."""
    if facts.line is not None and facts.line.state == "closing":
        return GiveUpLine(facts.line.id, "silent")
    return Stay(step.line) if step.line else silent_goodbye(step, facts)


def person(step: Step, facts: Facts) -> Turn | Effect:
    """Nought: back to the place in the line, else the general desk or the best substitute."""
    from ivr.dialogue import routes  # which leads here too: both are loaded by now

    if step.line:
        return unconfirmed(step, facts)
    return routes.to_general(step.go("topic", facts.nonce, choice=""), facts)


def silent_goodbye(step: Step, facts: Facts) -> Turn:
    """Whoever stays silent hears when somebody answers, where help is, and goodbye."""
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
