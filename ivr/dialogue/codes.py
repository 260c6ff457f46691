"""Six digits: the proof about a sensitive matter, and the answer to "was it really you?". Pure.

The tries are counted where the code is checked; here it is asked for, and the answer told: yes or no, never more.
"""

from ivr.caller_input import CallerInput, Pressed
from ivr.dialogue import known, routes
from ivr.dialogue.asking import TRIES, unheard
from ivr.effects import CheckCode, CodeChecked, Effect
from ivr.facts import Facts
from ivr.step_url import Step, url_of
from ivr.turn import Gather, Say, Turn

CODE_DIGITS = 6


def ask_code(step: Step, wish: str, facts: Facts, tries: int = 1, *before: Say) -> Turn:
    """``wish``: the step that the right code leads to."""
    to = url_of(facts.base, step.go("code", facts.nonce, tries=tries, choice=wish))
    return Turn(step.language, (Gather((*before, Say("code.ask"), Say("code.person")), to, digits=None),))


def code(step: Step, given: CallerInput, facts: Facts) -> Turn | Effect:
    match given:
        case Pressed("0"):
            return routes.to_general(step, facts)
        case Pressed("*"):
            return ask_code(step, step.choice, facts, step.tries)
        case Pressed(keys) if len(keys) == CODE_DIGITS and keys.isdigit():
            return CheckCode(keys)
    if step.tries < TRIES:
        said = Say("code.six") if isinstance(given, Pressed) else unheard(given)
        return ask_code(step, step.choice, facts, step.tries + 1, said)
    return routes.to_general(step, facts)


def ask_whether(step: Step, facts: Facts, tries: int = 1, *before: Say) -> Turn:
    """ "Did you really ring me?": the code that whoever rang has told."""
    to = url_of(facts.base, step.go("check", facts.nonce, tries=tries, topic="", request="", choice=""))
    return Turn(step.language, (Gather((*before, Say("check.ask"), Say("code.person")), to, digits=None),))


def check(step: Step, given: CallerInput, facts: Facts) -> Turn | Effect:
    match given:
        case Pressed("0"):
            return routes.to_general(step, facts)
        case Pressed("*"):
            return ask_whether(step, facts, step.tries)
        case Pressed(keys) if len(keys) == CODE_DIGITS and keys.isdigit():
            return CheckCode(keys)
    if step.tries < TRIES:
        said = Say("code.six") if isinstance(given, Pressed) else unheard(given)
        return ask_whether(step, facts, step.tries + 1, said)
    return routes.to_general(step, facts)


def checked(step: Step, result: CodeChecked, facts: Facts) -> Turn | Effect:
    if result.too_many:
        return known.other(step, facts, Say("check.too_many"))
    return _proved(step, result, facts) if step.name == "code" else _answered(step, result, facts)


def _proved(step: Step, result: CodeChecked, facts: Facts) -> Turn | Effect:
    matter = known.matter_of(step, facts)
    if matter is None:
        return known.other(step, facts)
    if result.request_id != matter.request_id:
        return ask_code(step, step.choice, facts, 1, Say("code.wrong"))
    return known.sure(step, facts) if step.choice == "cancel-sure" else known.move_menu(step, matter, facts)


def _answered(step: Step, result: CodeChecked, facts: Facts) -> Turn | Effect:
    """Yes only to the telephone that the matter is about: a swindler may have got a code of her own, and tell it.

    From there the code also moves and cancels.
    """
    if not result.known:
        return known.other(step, facts, Say("check.no"), Say("check.never"))
    if not result.own:
        return known.other(step, facts, Say("check.elsewhere"), Say("check.never"))
    own = next((matter for matter in facts.known if matter.request_id == result.request_id), None)
    if own is None:
        return known.other(step, facts, Say("check.yes"))
    return known.menu(step.go("known", facts.nonce, choice=known.PROVED), own, facts, 1, Say("check.yes"))
