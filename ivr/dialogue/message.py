"""The way into a voice message: the words before the tone, and the tone. Pure.

Any step may lead here; what follows the tone lives in ``ivr.dialogue.message_left``, which knows every way out.
"""

from ivr.facts import Callable, Facts
from ivr.step_url import Step, recording_url, url_of
from ivr.turn import Record, Redirect, Say, Turn

DUTY = "duty"  # step.choice: nobody on duty answered, the message is urgent


def start(step: Step, facts: Facts, *before: Say, tries: int = 1) -> Turn:
    """The caller speaks after the tone. A recording that holds nothing but silence asks for no action: the redirect
    behind it leads the caller on."""
    to = step.go(
        "message-done", facts.nonce, tries=tries, topic=step.topic or facts.rules.general_topic, message="", line="",
        request="", choice=DUTY if step.choice == DUTY else "",
    )  # fmt: skip
    here = url_of(facts.base, to)
    says = [*before, Say("message.speak")]
    if not isinstance(facts.caller, Callable):
        says.append(Say("message.say_how"))
    return Turn(step.language, (*says, Record(here, recording_url(facts.base, to)), Redirect(here)))
