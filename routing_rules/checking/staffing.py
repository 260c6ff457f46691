"""Open with nobody planned, planned while closed, and languages that nobody speaks. Pure.

A stretch that the extended-hours desk covers in the same language is no gap: its people answer then, and a warning
that must be ticked at every publication for nothing would teach everybody to tick without reading.
"""

from collections.abc import Iterator

from routing_rules.checking.model import Finding
from routing_rules.checking.spans import DAYS, Stretches, planned, shared, text, without
from routing_rules.model import LANGUAGES, Department, Ruleset, Topic


def findings(rules: Ruleset) -> Iterator[Finding]:
    for department in rules.departments:
        if department.kind == "console":
            yield from _gaps(rules, department)
            yield from _outside_hours(department)
    for topic in rules.topics:
        yield from _unspoken(rules, topic)


def _gaps(rules: Ruleset, department: Department) -> Iterator[Finding]:
    extended = rules.department(rules.extended_desk)
    for language in department.languages:
        bare = ((day, _bare(department, extended, language, day)) for day in DAYS)
        gaps = [(day, stretches) for day, stretches in bare if stretches]
        if gaps:
            day, stretches = gaps[0]
            yield Finding(
                "hours_unstaffed",
                f"departments.{department.id}.staffing.{language}",
                "warning",
                (
                    ("department", department.id),
                    ("language", language),
                    ("day", str(day)),
                    ("clock", text(stretches)),
                    ("days", str(len(gaps))),
                ),
            )


def _bare(department: Department, extended: Department, language: str, day: int) -> Stretches:
    """Open, and neither here nor at the extended-hours desk is anybody planned who speaks the language."""
    uncovered = without(department.hours.week[day], planned(department.staffing, language, day))
    return without(uncovered, shared(extended.hours.week[day], planned(extended.staffing, language, day)))


def _outside_hours(department: Department) -> Iterator[Finding]:
    for staffing in department.staffing:
        for day in DAYS:
            idle = without(planned((staffing,), staffing.language, day), department.hours.week[day])
            if idle:
                yield Finding(
                    "staff_outside_hours",
                    f"departments.{department.id}.staffing.{staffing.language}.{day}",
                    "warning",
                    (
                        ("department", department.id),
                        ("language", staffing.language),
                        ("day", str(day)),
                        ("clock", text(idle)),
                    ),
                )


def _unspoken(rules: Ruleset, topic: Topic) -> Iterator[Finding]:
    """In no department that the topic can reach is anybody planned who speaks the language: no time can be promised."""
    if topic.department is None or rules.department(topic.department).provider != "city":
        return
    named = (rule.department for rule in rules.rules_about(topic.id))
    reached = {topic.department, rules.extended_desk, *(one for one in named if one is not None)}
    desks = [rules.department(one) for one in reached]
    for language in LANGUAGES:
        if not any(_speaks(desk, language) for desk in desks):
            values = (("topic", topic.id), ("language", language))
            yield Finding("language_unspoken", f"topics.{topic.id}.{language}", "warning", values)


def _speaks(desk: Department, language: str) -> bool:
    """A desk at an outside number plans its own people: what it serves in, it speaks."""
    if desk.kind == "number":
        return language in desk.languages
    return any(planned(desk.staffing, language, day) for day in DAYS)
