"""That talks are recorded, before the talk, and the key to decline: in the answer that joins the line, and in it. Pure.

The words stand before the queue in the same answer: whoever presses nothing goes on into the line without another
question, and nobody is led to an agent before the queue, so that no talk begins before the words are over
(``queue_workers.effects``). The key counts as long as she waits.
"""

from dataclasses import replace

from ivr.caller_input import CallerInput, Pressed, Silent
from ivr.dialogue import line as line_dialogue
from ivr.effects import DeclineRecording, Effect
from ivr.facts import Facts
from ivr.step_url import Step, url_of
from ivr.turn import Gather, LeaveQueue, Music, Redirect, Say, Turn

DECLINE = "9"  # free in the line, where one, two, five and the star mean something else
NO = "no"  # step.choice: she has pressed the key, and the record did not answer
KEY_SECONDS = 2  # silence after the words; then the music of the line, in which the key counts as well
NOTICE = Say("recording.notice")


def told_first(joined: Turn, step: Step, line_id: str, facts: Facts) -> Turn:
    """``joined``: the answer into the line, whose last instruction is the queue."""
    step = step.go("recording", facts.nonce, line=line_id, request="", choice="")
    *before, queue = joined.instructions
    return replace(joined, instructions=(*before, _asked(step, facts), queue))


def _asked(step: Step, facts: Facts) -> Gather:
    return Gather((NOTICE,), url_of(facts.base, step), timeout=KEY_SECONDS, posts_silence=False)


def says_no(step: Step, given: CallerInput) -> bool:
    return given == Pressed(DECLINE) or (step.choice == NO and given == Silent())


def key(step: Step, given: CallerInput, facts: Facts) -> Turn | Effect:
    """Any other key has cut the words short: they are said again, to their end. Silence comes only from a webhook that
    failed, perhaps with her key in it: she is asked again."""
    if says_no(step, given):
        return line_dialogue.left(step, given, facts) if facts.line is None else DeclineRecording(facts.line.id)
    if not names_a_stay(step):
        return line_dialogue.left(step, given, facts)
    again = NOTICE if isinstance(given, Pressed) else _asked(step.go("recording", facts.nonce, choice=""), facts)
    return line_dialogue.enter(step, step.line, facts, again)


def names_a_stay(step: Step) -> bool:
    """Whatever an address may hold: only a name of our own becomes that of a queue."""
    return step.line.isascii() and step.line.isalnum()


def wait(step: Step, given: CallerInput, facts: Facts) -> Turn | Effect:
    """She may decline until she talks, also while her agent is on the way: her word is not lost."""
    line = facts.line
    if given != Pressed(DECLINE) or line is None or line.recording == "untold":
        return line_dialogue.wait(step, given, facts)
    return DeclineRecording(line.id) if line.recording == "told" else declined(step, facts)


def declined(step: Step, facts: Facts) -> Turn:
    """Back to where she was: into the line, or on in it."""
    said = Say("recording.declined")
    if step.name != "wait":
        return line_dialogue.enter(step, step.line, facts, said)
    if facts.line is None or facts.line.state not in line_dialogue.WAITING:
        return _not_kept_waiting(step, said, facts)
    following = url_of(facts.base, step.go("wait", facts.nonce, tries=step.tries + 1, choice=step.choice))
    return Turn(step.language, (Gather((said,), following, timeout=1), Redirect(following)))


def _not_kept_waiting(step: Step, said: Say, facts: Facts) -> Turn:
    """An order that leads this leg must find it in the queue; else it goes where the record says."""
    if facts.line is None or not facts.line.led:
        return Turn(step.language, (said, LeaveQueue()))
    following = url_of(facts.base, step.go("wait", facts.nonce, tries=step.tries + 1, choice=step.choice))
    return Turn(step.language, (said, Music(2), Redirect(following)))
