"""What whoever waits in line is offered to do instead: a callback, a message, the extended-hours desk. Pure.

When it is spoken stands in ``line``; the keys count all along.
"""

from ivr.dialogue.offers import times
from ivr.facts import Facts, LineFacts
from ivr.turn import Say


def may_move(line: LineFacts, facts: Facts) -> bool:
    """Nobody waits in vain: the last agent of this desk has gone, and the extended-hours desk is there."""
    return not line.staffed and line.extended_open and line.desk != facts.rules.extended_desk


def move(line: LineFacts, facts: Facts) -> tuple[Say, ...]:
    return (Say("line.extended_offer"),) if may_move(line, facts) else ()


def instead(line: LineFacts, facts: Facts) -> tuple[Say, ...]:
    """From a told wait of some minutes; where none can be told, always. Where no callback can be promised a message
    is offered: the only way out of a long line would be to hang up."""
    least = facts.rules.department(line.department).callbacks.offer_from_wait_minutes
    if line.staffed and line.wait_minutes is not None and line.wait_minutes < least:
        return ()
    return (Say("line.callback_offer" if times(facts) else "line.message_offer"),)
