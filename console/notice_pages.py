"""The supervisor's page of disruption notices: what is on air; a new one from three fields, looked at and played back
in three languages before it goes on air; one taken off."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console import guard, on_air
from console.moments import WRITTEN_AT, usual_end, written_moment
from console.rendering import page_language
from desks.supervision import audit
from ivr.speech import disruption
from routing_rules.model import LANGUAGES, Ruleset, Topic
from routing_rules.notices import service
from routing_rules.notices.checks import LONGEST_DAYS, LONGEST_WHERE, LONGEST_WORDS, Wanted, one_line
from routing_rules.notices.checks import disruption_faults as faults_of

if TYPE_CHECKING:
    from bootstrap import Services

USUAL_HOURS = 4  # how long a new notice stays on air, unless another end is written
WHO_HEARS = {  # topics that a kind of disruption is about, where the city's rules know them; else everybody hears it
    "buses_late": ("buses",),
    "waste_late": ("waste",),
    "road_closed": ("street-care", "buses"),
    "system_down": ("online-help",),
}


@dataclass(frozen=True)
class Group:
    """The topics under one choice of the top menu, or one that stands there alone."""

    name: str
    topics: tuple[Topic, ...]


@dataclass(frozen=True)
class Written:
    """What stands in the two forms: the three fields, and the sentences with their listeners."""

    fields: Mapping[str, str]
    topics: tuple[str, ...] = ()
    faults: Mapping[str, str] | None = None
    composed: bool = False  # the sentences came from the three fields: they are looked at before they go on air
    refused: bool = False  # sentences were sent and not put on air


def show(services: "Services") -> str:
    return _page(services, Written({}))


def compose(services: "Services") -> str | tuple[str, int]:
    """The three fields as sentences; nothing is on air yet."""
    now, rules = services.clock.now(), services.rules.current()
    fields = {name: one_line(request.values.get(name, "")) for name in ("what", "where", "until")}
    until = written_moment(fields["until"], ZoneInfo(rules.time_zone))
    found = faults_of(fields["what"], fields["where"], until, disruption.kinds(services.announcements), now)
    if found or until is None:
        return _page(services, Written(fields, faults=found)), 422
    told = disruption.Disruption(fields["what"], fields["where"], until)
    words = disruption.sentences(services.announcements, rules, told, now)
    fields |= {f"words_{language}": sentence for language, sentence in words.items()}
    return _page(services, Written(fields, _listeners(rules, told.kind), composed=True))


def again(services: "Services") -> str | tuple[str, int]:
    """The same by its address: whoever changes the page's language keeps what she has written."""
    return compose(services) if request.args else show(services)


def _listeners(rules: Ruleset, kind: str) -> tuple[str, ...]:
    known = {topic.id for topic in rules.topics}
    return tuple(topic for topic in WHO_HEARS.get(kind, ()) if topic in known)


def put_on_air(services: "Services") -> Response | tuple[str, int]:
    now = services.clock.now()
    rules = services.rules.current()
    wanted = _wanted(rules)
    found = service.put_on_air(
        services.database, rules, wanted, guard.person().agent_id, now, _noted(services, "notice_on")
    )
    if found:
        return _page(services, Written(request.form.to_dict(), wanted.topics, found, refused=True)), 422
    _heard_at_once(services)
    return redirect(url_for("console.notices"), 303)


def _noted(services: "Services", deed: str) -> service.Also:
    who = guard.person().agent_id
    return lambda tx, notice_id: audit.note(tx, services.clock, who, deed, "notice", notice_id)


def take_off(services: "Services", notice_id: str) -> Response:
    """One that is off already stays off: two supervisors may press at the same moment."""
    service.take_off(services.database, notice_id, services.clock.now(), _noted(services, "notice_off"))
    _heard_at_once(services)
    return redirect(url_for("console.notices"), 303)


def _heard_at_once(services: "Services") -> None:
    """In this process now; the others look each second."""
    services.notices.refresh(services.database, services.clock.now())
    services.changed()


def _wanted(rules: Ruleset) -> Wanted:
    words: dict[str, str] = {code: one_line(request.form.get(f"words_{code}", "")) for code in LANGUAGES}
    topics = tuple(dict.fromkeys(request.form.getlist("topics")))
    return Wanted(words, topics, written_moment(request.form.get("until", ""), ZoneInfo(rules.time_zone)))


def _page(services: "Services", written: Written) -> str:
    now, rules, language = services.clock.now(), services.rules.current(), page_language()
    local = now.astimezone(ZoneInfo(rules.time_zone))
    kept = service.kept_on_air(services.database, now)
    usual = {"until": usual_end(local, USUAL_HOURS)}
    return render_template(
        "console/notices.html",
        kept=kept,
        names=on_air.names_of(services, {one.author for one in kept}) if kept else {},
        kinds=disruption.names(services.announcements, rules, language),
        groups=_groups(rules, language),
        form=written,
        written=usual | dict(written.fields),
        chosen=written.topics,
        faults=written.faults or {},
        languages=LANGUAGES,
        longest=LONGEST_WORDS,
        longest_where=LONGEST_WHERE,
        earliest=local.strftime(WRITTEN_AT),
        latest=(local + timedelta(days=LONGEST_DAYS)).strftime(WRITTEN_AT),
    )


def _groups(rules: Ruleset, language: str) -> tuple[Group, ...]:
    return tuple(Group(top.name[language], rules.children(top.id) or (top,)) for top in rules.children(None))
