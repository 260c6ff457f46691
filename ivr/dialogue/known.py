"""The caller whose number is known: her open requests kept, moved, cancelled; "was it you?". Pure.

Caller ID proves nothing: state and time are told, and the topic where it is not marked sensitive. A
sensitive matter is moved or cancelled with its code, or by an agent.
"""

from callbacks.model import Window
from ivr.caller_input import CallerInput, Pressed
from ivr.dialogue import codes, menus, ringback, routes
from ivr.dialogue.asking import TRIES, ask, prefaced, unheard
from ivr.dialogue.offers import heard, name_of, named, page, read_out
from ivr.dialogue.told import spoken
from ivr.effects import CancelRequest, Effect, MoveRequest
from ivr.facts import Facts, KnownMatter, Promised
from ivr.step_url import Step
from ivr.turn import Hangup, Say, TopicSpoken, Turn
from routing_rules.model import Ruleset

AT_MOST = 2  # requests told; for the others there is an adviser
PROVED = "proved"  # step.choice: the code of this request has been keyed in
MATTER_STEPS = ("known", "move", "cancel-sure", "code", "check")
RINGING = ("offered", "dialing")  # our own call is on its way to this telephone
TOO_LATE = ("dialing", "connected")  # to call it off: an agent is on the line to this telephone


def first(step: Step, facts: Facts) -> Turn | None:
    """What a known number hears before the topics; None: nothing is open."""
    return ringback.missed(step, facts) or matters(step, facts)


def is_sensitive(topic_id: str, facts: Facts) -> bool:
    """A topic that a newer ruleset no longer knows is told to nobody."""
    return next((topic.sensitive for topic in facts.rules.topics if topic.id == topic_id), True)


def topic_of(step: Step, given: CallerInput, known: tuple[KnownMatter, ...], rules: Ruleset) -> str | None:
    """The topic whose times this step may read out; None: the general one's, also where the rules know it no more."""
    reads_out = given == Pressed("2") if step.name == "known" else given != Pressed("0")
    named = next((matter.topic for matter in known if matter.request_id == step.request), None)
    return named if reads_out and any(topic.id == named for topic in rules.topics) else None


# --- the open requests -------------------------------------------------------------------------------------------


def told(facts: Facts) -> tuple[KnownMatter, ...]:
    """Soonest first, at most two."""
    return tuple(matter for matter in facts.known if matter.state != "connected")[:AT_MOST]


def matters(step: Step, facts: Facts) -> Turn | None:
    found = told(facts)
    return menu(step.go("known", facts.nonce, choice=""), found[0], facts) if found else None


def menu(step: Step, matter: KnownMatter, facts: Facts, tries: int = 1, *before: Say) -> Turn:
    says = [*before, _state(matter, facts)]
    if matter.state not in RINGING:
        says += [Say("known.keep"), Say("known.move")]
    if matter.state not in TOO_LATE:
        says.append(Say("known.cancel"))
    says.append(Say("known.other"))
    if len(told(facts)) > 1:
        says.append(Say("known.next"))
    says += [Say("menu.zero"), Say("menu.repeat_star")]
    return ask(step, "known", facts, *says, tries=tries, request=matter.request_id, topic="", choice=step.choice)


def _state(matter: KnownMatter, facts: Facts) -> Say:
    late, window = _is_late(matter, facts), ("window", spoken(matter.window, facts))
    if matter.state in RINGING:
        return Say("known.ringing")
    if is_sensitive(matter.topic, facts):
        return Say("known.late_neutral") if late else Say("known.told_neutral", (window,))
    about = ("about", TopicSpoken(matter.topic, "about"))
    return Say("known.late", (about,)) if late else Say("known.told", (about, window))


def _is_late(matter: KnownMatter, facts: Facts) -> bool:
    return matter.window.end <= facts.now


def key(step: Step, given: CallerInput, facts: Facts) -> Turn | Effect:
    matter = matter_of(step, facts)
    if matter is None:
        return other(step, facts)
    match given:
        case Pressed("1") if matter.state not in RINGING:
            return _kept(step, matter, facts)
        case Pressed("2") if matter.state not in RINGING:
            return move_menu(step, matter, facts) if _may(step, matter, facts) else codes.ask_code(step, "move", facts)
        case Pressed("3") if matter.state not in TOO_LATE:
            return sure(step, facts) if _may(step, matter, facts) else codes.ask_code(step, "cancel-sure", facts)
        case Pressed("4"):
            return other(step, facts)
        case Pressed("5") if len(told(facts)) > 1:
            return menu(step.go("known", facts.nonce, choice=""), _next(matter, facts), facts)
        case Pressed("0"):
            return routes.to_general(step, facts)
        case Pressed("*"):
            return menu(step, matter, facts, step.tries)
    if step.tries < TRIES:
        return menu(step, matter, facts, step.tries + 1, unheard(given))
    return routes.to_general(step, facts)


def matter_of(step: Step, facts: Facts) -> KnownMatter | None:
    """Done or cancelled meanwhile: None."""
    return next((matter for matter in facts.known if matter.request_id == step.request), None)


def _next(matter: KnownMatter, facts: Facts) -> KnownMatter:
    return next((other for other in told(facts) if other.request_id != matter.request_id), matter)


def _may(step: Step, matter: KnownMatter, facts: Facts) -> bool:
    return step.choice == PROVED or not is_sensitive(matter.topic, facts)


def other(step: Step, facts: Facts, *before: Say) -> Turn | Effect:
    """Another matter: the topics, or a closed house."""
    return prefaced(menus.unknown(step.go("topic", facts.nonce, request="", choice="", topic=""), facts), *before)


def _kept(step: Step, matter: KnownMatter, facts: Facts) -> Turn:
    return _goodbye(step, Say("thanks"), Say("known.stands"), _when(matter, facts))


def _when(matter: KnownMatter, facts: Facts) -> Say:
    if _is_late(matter, facts):
        return Say("known.soon")
    return Say("promise.window", (("window", spoken(matter.window, facts)),))


def _goodbye(step: Step, *says: Say) -> Turn:
    return Turn(step.language, (*says, Say("promise.may_hang_up"), Hangup()))


# --- moved -------------------------------------------------------------------------------------------------------


def move_menu(
    step: Step, matter: KnownMatter, facts: Facts, *before: Say, tries: int = 1, first: str = "", after: str = ""
) -> Turn:
    windows = _free(matter, facts)
    if not windows:
        return _goodbye(step, *before, Say("known.no_other_time"), Say("known.stands"), _when(matter, facts))
    shown = page(windows, facts, first, after)
    says = (*before, *read_out(windows, shown, facts), Say("known.as_it_was"), Say("menu.repeat_star"))
    return ask(step, "move", facts, *says, tries=tries, choice=named(shown, facts), request=matter.request_id)


def _free(matter: KnownMatter, facts: Facts) -> tuple[Window, ...]:
    return tuple(window for window in facts.slots if window.start != matter.window.start)


def move(step: Step, given: CallerInput, facts: Facts) -> Turn | Effect:
    matter = matter_of(step, facts)
    if matter is None:
        return other(step, facts)
    times = heard(step)
    start = times[0] if times else ""
    match given:
        case Pressed("4"):
            return move_menu(step, matter, facts, after=times[-1] if times else "")
        case Pressed("5"):
            return _kept(step, matter, facts)
        case Pressed("0"):
            return routes.to_general(step, facts)
        case Pressed("*"):
            return move_menu(step, matter, facts, tries=step.tries, first=start)
        case Pressed(chosen) if chosen in ("1", "2", "3") and int(chosen) <= len(times):
            return _moved_to(step, matter, times[int(chosen) - 1], facts)
    if step.tries < TRIES:
        return move_menu(step, matter, facts, unheard(given), tries=step.tries + 1, first=start)
    return routes.to_general(step, facts)


def _moved_to(step: Step, matter: KnownMatter, window: str, facts: Facts) -> Turn | Effect:
    if window not in [name_of(free, facts) for free in _free(matter, facts)]:
        return gone(step, facts)
    return MoveRequest(matter.request_id, window)


def gone(step: Step, facts: Facts) -> Turn | Effect:
    """Somebody else has taken the time meanwhile."""
    matter = matter_of(step, facts)
    if matter is None:
        return other(step, facts)
    return move_menu(step, matter, facts, Say("offer.gone"))


def moved(step: Step, promised: Promised, facts: Facts) -> Turn:
    return _goodbye(step, Say("known.moved", (("window", spoken(promised.window, facts)),)))


# --- cancelled ---------------------------------------------------------------------------------------------------


def sure(step: Step, facts: Facts, tries: int = 1, *before: Say) -> Turn:
    says = (*before, Say("known.cancel_sure"), Say("known.cancel_not"), Say("menu.repeat_star"))
    return ask(step, "cancel-sure", facts, *says, tries=tries)


def cancel_sure(step: Step, given: CallerInput, facts: Facts) -> Turn | Effect:
    """Nothing is cancelled without a confirmed key."""
    matter = matter_of(step, facts)
    if matter is None:
        return other(step, facts)
    match given:
        case Pressed("1"):
            return CancelRequest(matter.request_id)
        case Pressed("2"):
            return _kept(step, matter, facts)
        case Pressed("0"):
            return routes.to_general(step, facts)
        case Pressed("*"):
            return sure(step, facts, step.tries)
    if step.tries < TRIES:
        return sure(step, facts, step.tries + 1, unheard(given))
    return _kept(step, matter, facts)


def cancelled(step: Step, facts: Facts) -> Turn:
    return _goodbye(step, Say("known.cancelled"))


def too_late(step: Step, facts: Facts) -> Turn | Effect:
    """The state moved on between the words and the key: our own call may be ringing already."""
    matter = matter_of(step, facts)
    if matter is None:
        return other(step, facts, Say("known.over"))
    return menu(step.go("known", facts.nonce, choice=""), matter, facts)
