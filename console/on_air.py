"""What stands above every page of the console while it is on: notices that callers hear, and quick switches."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from console import guard
from console.accounts import account_store
from console.model import SignedIn
from routing_rules.model import Notice, Ruleset
from routing_rules.notices import service as notices
from routing_rules.notices.heard import heard
from routing_rules.switches import service as switches
from routing_rules.switches.applied import is_known
from routing_rules.switches.checks import Scope
from routing_rules.switches.model import Kind, Switch

if TYPE_CHECKING:
    from bootstrap import Services


@dataclass(frozen=True)
class OnAir:
    """One line of the banner. ``whom``: topics by name; () everybody."""

    id: str
    kind: Kind | Literal["notice"]
    what: str
    goal: str
    whom: tuple[str, ...]
    until: datetime | None
    by: str  # the author's name; "" where the rules planned it
    may_end: bool


def scope_of(person: SignedIn) -> Scope:
    """Whose switches she may make and end: her departments'; None: the whole city's."""
    return None if person.may_change_rules else person.departments


def everything(services: "Services", person: SignedIn, language: str) -> tuple[OnAir, ...]:
    now, rules = services.clock.now(), services.rules.current()
    supervises = person.role in guard.SUPERVISORS
    on = heard(services.notices.active(now), rules.notices, now)
    made = {kept.notice.id: kept.author for kept in notices.kept_on_air(services.database, now)} if on else {}
    kept = [one for one in switches.running(services.database, now) if is_known(rules, one.switch)]
    if not on and not kept:
        return ()
    names = names_of(services, {*made.values(), *(one.author for one in kept)})
    told = [_notice(one, rules, language, names.get(made.get(one.id, ""), ""), supervises) for one in on]
    for one in kept:
        mine = supervises and switches.may_end(one.switch, rules, scope_of(person))
        told.append(_switch(one.switch, rules, language, names.get(one.author, ""), mine))
    return tuple(told)


def _notice(one: Notice, rules: Ruleset, language: str, by: str, supervises: bool) -> OnAir:
    whom = tuple(rules.topic(topic).name[language] for topic in one.topics)
    return OnAir(one.id, "notice", one.words[language], "", whom, one.until, by, supervises and bool(by))


def _switch(one: Switch, rules: Ruleset, language: str, by: str, may_end: bool) -> OnAir:
    return OnAir(one.id, one.kind, what(one, rules, language), goal(one, rules, language), (), one.until, by, may_end)


def what(one: Switch, rules: Ruleset, language: str) -> str:
    """The department or topic by name; "" the whole city."""
    if one.topic is not None:
        return next((topic.name[language] for topic in rules.topics if topic.id == one.topic), one.topic)
    return _named(one.department, rules, language)


def goal(one: Switch, rules: Ruleset, language: str) -> str:
    return _named(one.goal, rules, language)


def _named(department: str | None, rules: Ruleset, language: str) -> str:
    """Of one that a newer version has dropped only its id is left: no other department's name stands for it."""
    return next((d.name[language] for d in rules.departments if d.id == department), department or "")


def names_of(services: "Services", agents: set[str]) -> dict[str, str]:
    with services.database.read() as connection:
        return {agent: name for agent, name in account_store.names(connection).items() if agent in agents}
