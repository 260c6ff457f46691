"""The waiting line as the caller hears it: place, offer, music, the way to the agent, and closing time. Pure.

A wait document is at most ten seconds long and asks the record on each turn: a lost REST order costs the caller those
seconds; in a crowd a minute and a half (``crowd``). https://www.twilio.com/docs/voice/twiml/enqueue
"""

from dataclasses import replace

from callbacks.model import code_of
from desks.line.expected_wait import Told, told_wait
from desks.line.machine import FOR_MESSAGE
from ivr.caller_input import CallerInput, DialEnded, LeftQueue, Pressed
from ivr.dialogue import message, notices
from ivr.dialogue.asking import spoken_in
from ivr.dialogue.line_offers import instead, may_move, move
from ivr.dialogue.numbers import key_in, read_number
from ivr.dialogue.offers import offer_callback, times
from ivr.dialogue.told import told
from ivr.effects import (
    Bridge,
    Bridged,
    CloseLine,
    Effect,
    GiveUpLine,
    HungUp,
    JoinLine,
    MakePromise,
    MoveToExtended,
    Stay,
    Wish,
)
from ivr.facts import Facts, LineFacts, NotCallable
from ivr.step_url import Step, hold_url, link, url_of
from ivr.turn import (
    DepartmentSpoken,
    DialConference,
    Enqueue,
    Gather,
    Hangup,
    Instruction,
    LeaveQueue,
    MinutesSpoken,
    Music,
    OrdinalSpoken,
    Pause,
    Redirect,
    Say,
    Spoken,
    ToldInLine,
    Turn,
    WindowSpoken,
)
from routing_rules.decide import answering

CYCLE = 5  # turns until place and wait are told anew: about forty seconds
OFFERED_EVERY = 3  # cycles; its key counts all along, and nobody hears the same sentence every forty seconds
MOVE_PHASE = 2  # after place and wait, and the callback offer
WAITING = ("waiting", "offered")
BROKEN = ("error", "queue-full", "system-error")
AFTER_A_MENU = ("other-language", "overload")


def enter(step: Step, line_id: str, facts: Facts, *before: Instruction) -> Turn:
    """Into the provider's queue; the queue's name is the stay's own id, because order is ours to keep."""
    step = step.go("left", facts.nonce, line=line_id, request="", choice="")
    wait = url_of(facts.base, step.go("wait", facts.nonce))
    return Turn(step.language, (*before, Enqueue(f"line-{line_id}", wait, url_of(facts.base, step))))


def joined(step: Step, effect: JoinLine, line_id: str, facts: Facts) -> Turn:
    department = (("department", DepartmentSpoken(_named(step, effect, facts))),)
    before = _heard_first(step, effect.topic, facts)
    step = replace(step, topic=effect.topic)
    if effect.request_id and facts.rules.topic(effect.topic).sensitive:  # caller ID proves nothing: no desk is named
        return enter(step, line_id, facts, Say("line.connecting_neutral"))
    if not effect.extended:
        return enter(step, line_id, facts, *before, Say("line.connecting", department))
    key = "line.extended_closed" if effect.closed else "line.extended_unstaffed"
    return enter(step, line_id, facts, *before, Say(key, department))


def _named(step: Step, effect: JoinLine, facts: Facts) -> str:
    """Who answers: by a rule or a switch other people than the topic's own, whose matter it stays. Where the
    extended-hours desk answers in somebody's place, that somebody."""
    if not effect.extended:
        return effect.desk
    return answering(facts.rules, effect.topic, spoken_in(step), facts.now, facts.circumstances).id


def _heard_first(step: Step, topic: str, facts: Facts) -> tuple[Say, ...]:
    """What is wrong today with this topic; a menu between its choice and the line has said so already."""
    if step.name in AFTER_A_MENU:
        return ()
    general = notices.general(facts) if step.name == "language" else ()
    return (*general, *notices.about(topic, facts))


def wait(step: Step, given: CallerInput, facts: Facts) -> Turn | Effect:
    line = facts.line
    if line is not None and line.led:
        return _a_moment(step, facts)
    if line is None or line.state not in WAITING:
        return Turn(step.language, (LeaveQueue(),))
    if line.desk_closed and line.state == "waiting":
        return CloseLine(line.id)
    return _answered(step, given, line, facts)


def _answered(step: Step, given: CallerInput, line: LineFacts, facts: Facts) -> Turn | Effect:
    """The star tells place and wait again; nought, that a person is on the way already; no key loses the place."""
    match given:
        case Pressed("1") if times(facts):
            return Wish(line.id)
        case Pressed("5") if not times(facts):
            return GiveUpLine(line.id, FOR_MESSAGE)
        case Pressed("2") if may_move(line, facts):
            return MoveToExtended(line.id)
        case Pressed("*"):
            return _turn_in_line(step.go("wait", facts.nonce, tries=1, choice=step.choice), line, facts)
        case Pressed(_):
            return _listened(step, facts, Say("line.stay"))
    return _turn_in_line(step, line, facts)


def _listened(step: Step, facts: Facts, *spoken: Spoken, told: ToldInLine | None = None) -> Turn:
    """At most ten seconds of the wait, with an ear for keys all along."""
    url = url_of(facts.base, step.go("wait", facts.nonce, tries=step.tries + 1, choice=step.choice))
    return Turn(step.language, (Gather(spoken, url, 1, timeout=1), Redirect(url)), told)


def _a_moment(step: Step, facts: Facts) -> Turn:
    """An order to the provider is under way: it must find this leg here, not in a talk that it would tear apart."""
    following = step.go("wait", facts.nonce, tries=step.tries + 1, choice=step.choice)
    return Turn(step.language, (Music(2), Redirect(url_of(facts.base, following))))


def out_of_queue(step: Step) -> Turn:
    return Turn(step.language, (LeaveQueue(),))


def _turn_in_line(step: Step, line: LineFacts, facts: Facts) -> Turn:
    cycle, phase = divmod(step.tries - 1, CYCLE)
    if line.state == "offered":  # an agent's telephone rings: nobody is told that all are busy
        return _listened(replace(step, tries=step.tries - 1), facts, Music(4))
    if phase == 0:
        spoken, told = _place_and_wait(step, line)
        here = replace(step, choice=step.choice if told.place is None else str(told.place))
        if step.spared:  # the turns of the offers were music: they are spoken here, and not again right after
            spoken = (*spoken, *instead(line, facts), *move(line, facts))
            here = replace(here, tries=step.tries + MOVE_PHASE)
        return _listened(here, facts, *spoken, told=told)
    offers: tuple[Spoken, ...] = ()
    if phase == 1 and not (line.staffed and cycle % OFFERED_EVERY):
        offers = instead(line, facts)
    elif phase == MOVE_PHASE:
        offers = move(line, facts)
    return _listened(step, facts, *(offers or (Music(8),)))


def _place_and_wait(step: Step, line: LineFacts) -> tuple[tuple[Spoken, ...], ToldInLine]:
    """A place that would grow is not told again, only the wait; without history no wait is guessed."""
    if not line.staffed:
        nobody = Say("offer.nobody_on_duty", (("department", DepartmentSpoken(line.desk)),))
        return (nobody,), ToldInLine(line.id, None, None)
    before = int(step.choice) if step.choice.isdigit() else None
    told = told_wait(before, Told(line.place, line.wait_minutes))
    says: list[Spoken] = [Say("line.waiting_first" if step.tries == 1 else "line.still_waiting")]
    if told.place is not None:
        says.append(Say("line.place", (("place", OrdinalSpoken(told.place)),)))
    if told.minutes is not None:
        says.append(Say("line.wait", (("wait", MinutesSpoken(told.minutes)),)))
    return tuple(says), ToldInLine(line.id, told.place, told.minutes)


def left(step: Step, given: CallerInput, facts: Facts) -> Turn | Effect:
    """The caller's leg stands outside the queue (Enqueue action, or our redirect): the record says where it goes."""
    line = facts.line
    if line is None:
        return offer_callback(step.go("topic", facts.nonce, line="", choice=""), facts, Say("offer.error_line"))
    if given == LeftQueue("hangup"):
        return HungUp(line.id)
    if given == LeftQueue("redirected"):  # our own order leads this leg: it asks for itself
        return Turn(step.language, (Redirect(url_of(facts.base, step.go("left", facts.nonce))),))
    if isinstance(given, LeftQueue) and given.result in BROKEN and line.state in WAITING:
        return GiveUpLine(line.id, given.result)
    return placed(step, line, facts)


def placed(step: Step, line: LineFacts, facts: Facts) -> Turn | Effect:
    moved_words = () if line.id == step.line else (Say("closing.transferring"),)
    step = step.go("left", facts.nonce, line=line.id, topic=line.topic)
    match line.state:
        case "waiting" | "offered":
            return enter(step, line.id, facts, *moved_words)
        case "bridging" | "talking":
            return Bridge(line.id)
        case "wishes":
            return wished(step, facts)
        case "closing":
            return closing(step, line, facts)
        case "promised" if line.promised is not None:
            return told(step, line.promised, facts)
        case "left" if line.outcome == FOR_MESSAGE:
            return message.start(step, facts)
    return Turn(step.language, (Say("goodbye"), Hangup()))


def wished(step: Step, facts: Facts) -> Turn | Effect:
    """The place is held; the soonest time is taken unless none is left, then back into the line."""
    windows = times(facts)
    if not windows:
        return Stay(step.line)
    choice = "asap" if windows[0] == facts.asap else code_of(windows[0])
    if windows[0] == facts.asap:
        return read_number(step.go("number", facts.nonce, choice=choice), facts)
    return offer_callback(step, facts)


def bridged(step: Step, result: Bridged, facts: Facts) -> Turn:
    over = url_of(facts.base, step.go("talk-over", facts.nonce))
    return Turn(step.language, (DialConference(result.room, over, hold_url(facts.base)),))


def talk_over(step: Step, given: CallerInput, facts: Facts) -> Turn | Effect:
    """The room is empty again: back to the old place if the agent's leg died before the talk, else goodbye."""
    if facts.line is not None and facts.line.state in (*WAITING, "bridging"):
        return placed(step, facts.line, facts)
    if isinstance(given, DialEnded) and given.status == "failed" and facts.line is not None:
        return GiveUpLine(facts.line.id, "conference-failed")
    if facts.line is not None and facts.line.in_transfer:
        over = link(facts.base, "talk/over", k=facts.line.token, lang=step.language)
        return Turn(step.language, (Redirect(over),))
    return Turn(step.language, (Say("thanks_goodbye"), Hangup()))


# --- closing time ------------------------------------------------------------------------------------------------


def closing(step: Step, line: LineFacts, facts: Facts, tries: int = 1) -> Turn | Effect:
    """The desk has closed: the extended-hours desk now, or the department at a named time with the place kept.

    Where no other desk is open, each one waiting gets a promise before the line ends; without a number that can be
    rung, it is asked for.
    """
    if not line.extended_open or line.desk == facts.rules.extended_desk:
        return _promise_at_closing(step, facts)
    says: list[Spoken] = [Say("closing.choice_first", (("department", DepartmentSpoken(line.desk)),))]
    says.append(Say("closing.choice_extended"))
    if line.extended_wait is not None:
        says.append(Say("closing.choice_extended_wait", (("wait", MinutesSpoken(max(1, line.extended_wait))),)))
    if facts.slots:
        values = (("window", WindowSpoken(facts.slots[0].start, facts.slots[0].end, facts.now)),)
        says.append(Say("closing.choice_tomorrow", values))
    to = url_of(facts.base, step.go("closing", facts.nonce, tries=tries))
    return Turn(step.language, (Gather(tuple(says), to),))


def _promise_at_closing(step: Step, facts: Facts) -> Turn | Effect:
    department = facts.rules.topic(step.topic).department or ""
    if not facts.slots:
        return GiveUpLine(step.line, "no-window")
    if isinstance(facts.caller, NotCallable):
        return key_in(step.go("key-number", facts.nonce, choice=code_of(facts.slots[0])), facts, 1)
    return MakePromise(step.topic, department, "", step.line, at_closing=True)


def closing_key(step: Step, given: CallerInput, facts: Facts) -> Turn | Effect:
    line = facts.line
    if line is None or line.state != "closing":
        return left(step, given, facts)
    match given:
        case Pressed("2") if facts.slots:
            return read_number(step.go("number", facts.nonce, choice=code_of(facts.slots[0])), facts)
        case Pressed("*"):
            return closing(step, line, facts, step.tries)
    return MoveToExtended(line.id)


def moved(step: Step, line_id: str, facts: Facts) -> Turn:
    return enter(step, line_id, facts, Say("closing.transferring"))


def given_up(step: Step, facts: Facts) -> Turn | Effect:
    """The line could not hold the caller: another way, in words."""
    topic = facts.line.topic if facts.line is not None else step.topic
    step = step.go("topic", facts.nonce, line="", choice="", topic=topic)
    return offer_callback(step, facts, Say("offer.error_line"))


def hold(language: str, url: str) -> Turn:
    """Music of the room while a leg waits there; the document is not looped by itself, so it redirects to itself."""
    return Turn(language, (Music(8), Pause(1), Redirect(url)))
