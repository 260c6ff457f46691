"""What the last night's look at the days ahead has found, in words. It changes nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from flask import render_template

from console.rendering import page_language, wording
from console.rules.words import Why, day_words
from console.words import page_words
from operations import watch_store as store
from routing_rules.watching.model import Seen

if TYPE_CHECKING:
    from bootstrap import Services


@dataclass(frozen=True)
class Told:
    words: str
    first: str


def show(services: "Services") -> str:
    with services.database.read() as connection:
        last = store.latest(connection)
    seen = last.seen if last is not None else ()
    return render_template("console/rules/watch.html", last=last, told=[_told(services, one) for one in seen])


def _told(services: "Services", one: Seen) -> Told:
    t, rules = page_words(page_language()), services.rules.plain()
    why = Why(t, rules, services.clock.now(), t.language)
    named: Mapping[str, Callable[[str], str]] = {
        "topic": why.topic,
        "desk": why.department,
        "language": lambda code: t(f"rules.why.in.{code}"),
        "day_of_look": lambda day: day_words(t, date.fromisoformat(day)),
        "rule": lambda id_: next((r.name.get(t.language, id_) for r in rules.rules if r.id == id_), id_),
    }
    values = {name: named.get(name, str)(value) for name, value in one.values}
    when = [wording(services).t(f"weekday.{values['day']}")] if "day" in values else []
    values["when"] = " ".join([*when, *(values[name] for name in ("date", "clock") if name in values)])
    first = t("rules.watch.first", at=why.moment(one.first_at)) if one.first_at is not None else ""
    return Told(t(f"rules.watch.code.{one.code}", **values), first)
