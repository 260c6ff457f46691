"""After the tone: too short, keep, listen, redo. Pure.

What was spoken is a draft until the caller chooses or the call ends; nothing that was said is lost by hanging up.
"""

from ivr.caller_input import CallerInput, Pressed, RecordingEnded
from ivr.dialogue import message, offers, routes
from ivr.dialogue.told import told
from ivr.effects import DropMessage, Effect, KeepMessage, KeepRecording, MessageKept, Recorded
from ivr.facts import Facts
from ivr.step_url import Step, url_of
from ivr.turn import Gather, Hangup, Music, PlayRecorded, Redirect, Say, Spoken, Turn
from recordings.model import LEAST_SECONDS

TRIES = 2
MOST_TURNS = 5  # of music, until the sound is said to be unplayable now
MUSIC_SECONDS = 2


def opened(step: Step, given: CallerInput, facts: Facts) -> Turn:
    """The step as a page of its own: the tone once more."""
    return message.start(step, facts)


def done(step: Step, given: CallerInput, facts: Facts) -> Turn | Effect:
    """The recording has ended: by a key, by silence, at the limit, or never began."""
    match given:
        case RecordingEnded(sid, seconds) if seconds >= LEAST_SECONDS:
            return KeepRecording(sid, seconds, step.topic, message.DUTY if step.choice == message.DUTY else "message")
    if step.tries < TRIES:
        return message.start(step, facts, Say("message.too_short"), tries=step.tries + 1)
    alone = step.go("topic", facts.nonce, choice="", line="", request="")  # as the tone is: no stay, nobody's request
    return offers.offer_callback(alone, facts, Say("message.nothing_heard"))


def recorded(step: Step, result: Recorded, facts: Facts) -> Turn:
    return choices(step.go("message-choice", facts.nonce, message=result.message_id), facts)


def choices(step: Step, facts: Facts, *before: Spoken, tries: int = 1) -> Turn:
    says = (Say("message.keep"), Say("message.listen"), Say("message.redo"), Say("menu.repeat_star"))
    to = step.go("message-choice", facts.nonce, tries=tries)
    return Turn(step.language, (Gather((*before, *says), url_of(facts.base, to)),))


def choice(step: Step, given: CallerInput, facts: Facts) -> Turn | Effect:
    """Whoever says nothing has left a message; whoever wants a person gets one, and the message is kept at the end."""
    match given:
        case Pressed("1"):
            return _keep(step)
        case Pressed("2"):
            return play(step.go("message-play", facts.nonce), given, facts)
        case Pressed("3"):
            return DropMessage(step.message)
        case Pressed("0"):
            return routes.routed(step.go("topic", facts.nonce, message="", choice=""), facts.rules.general_topic, facts)
        case Pressed("*"):
            return choices(step, facts, tries=step.tries)
        case Pressed(_) if step.tries < TRIES:
            return choices(step, facts, Say("menu.not_understood"), tries=step.tries + 1)
    if step.tries < TRIES:
        return choices(step, facts, tries=step.tries + 1)
    return _keep(step)


def _keep(step: Step) -> KeepMessage:
    return KeepMessage(step.message, step.topic, "")


def play(step: Step, given: CallerInput, facts: Facts) -> Turn:
    """The sound comes from our own store; until it is there the caller hears music, and never waits for long."""
    left = facts.message
    if left is not None and left.playable:
        return choices(step, facts, PlayRecorded(left.token))
    if left is None or step.tries > MOST_TURNS:
        return choices(step, facts, Say("message.cannot_play"))
    again = step.go("message-play", facts.nonce, tries=step.tries + 1)
    return Turn(step.language, (Music(MUSIC_SECONDS), Redirect(url_of(facts.base, again))))


def dropped(step: Step, facts: Facts) -> Turn:
    return message.start(step, facts, Say("message.again"))


def kept(step: Step, result: MessageKept, facts: Facts) -> Turn:
    """Said once the message is committed: with the promise it became, or that the desk listens to it."""
    first = Say("message.kept")
    if result.promised is not None:
        promise = told(step, result.promised, facts)
        return Turn(step.language, (first, *promise.instructions))
    says = (first, Say("message.desk_listens"), Say("emergency"), Say("promise.may_hang_up"))
    return Turn(step.language, (*says, Hangup()))
