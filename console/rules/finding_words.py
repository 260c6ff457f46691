"""What a check of the rules has found, in the page's words: one line that says where, what is wrong, how to mend it."""

from datetime import date

from console.words import PageWords
from routing_rules.checking.model import Finding
from routing_rules.model import Ruleset

DEPARTMENT, TOPIC, RULE = ("department", "desk"), ("topic",), ("rule", "other")


def finding_words(t: PageWords, rules: Ruleset, finding: Finding) -> str:
    """``rules``: those that were checked; what they name stands in their words, what they do not know as its id."""
    given = dict(finding.values)
    values = {name: _shown(t, rules, name, value) for name, value in given.items()}
    if "language" in given:
        values["served"] = t(f"language.served.{given['language']}")
    told = " ".join(t(f"rules.finding.{finding.code}", **values).split())
    return told.replace(" .", ".").replace("..", ".")  # no desk to name; a date that ends in a full stop


def _shown(t: PageWords, rules: Ruleset, name: str, value: str) -> str:
    match name:
        case "language":
            return t(f"language.{value}")
        case "day":
            return t(f"weekday.{value}")
        case "date":
            return _day(t, date.fromisoformat(value))
        case "reason" | "leads_to":
            return t(f"rules.finding.{'reason' if name == 'reason' else 'to'}.{value}")
        case "clock":
            return value.replace(":", t("time.separator")).replace("-", "–")
    return _named(t.language, rules, name, value)


def _day(t: PageWords, day: date) -> str:
    return t("time.date", weekday=t(f"weekday.{day.weekday()}"), day=day.day, month=day.month)


def _named(language: str, rules: Ruleset, name: str, value: str) -> str:
    if name in DEPARTMENT:
        named = {**{d.id: d.name for d in rules.departments}, **{d.id: d.spoken for d in rules.duties}}
    elif name in TOPIC:
        named = {topic.id: topic.name for topic in rules.topics}
    elif name in RULE:
        named = {rule.id: rule.name for rule in rules.rules}
    else:
        return value
    return named[value][language] if value in named else value
