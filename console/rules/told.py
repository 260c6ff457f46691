"""Elements of a rules document in the page's words: names for ids, a field's value as lines to read. No forms here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from console.rules import document
from console.rules.fields import FIELDS, Field, Part
from console.rules.form_shown import flat
from console.rules.forms import named
from console.words import PageWords

CHOSEN_BY_ID = ("topic", "top_topic", "topics", "department", "departments", "duty", "desk")
CHOSEN_BY_WORD = ("one", "languages")


@dataclass(frozen=True)
class Names:
    """What the ids of one document are called in the page's language."""

    topics: Mapping[str, str]
    departments: Mapping[str, str]
    duties: Mapping[str, str]

    def of(self, element_id: str, kind: str) -> str:
        """A topic, a department and a duty may have one id, so the field says which of them it names."""
        known = self._known(kind)
        return next((called[element_id] for called in known if element_id in called), element_id)

    def _known(self, kind: str) -> tuple[Mapping[str, str], ...]:
        if kind in ("topic", "top_topic", "topics"):
            return (self.topics,)
        if kind in ("department", "departments"):
            return (self.departments,)
        return (self.duties,) if kind == "duty" else (self.departments, self.duties)


def names(written: Mapping[str, object], language: str) -> Names:
    def called(part: Part) -> dict[str, str]:
        listed = document.elements(written, part)
        return {str(one.get("id")): named(one, language, str(one.get("id"))) for one in listed}

    return Names(called("topics"), called("departments"), called("duties"))


@dataclass(frozen=True)
class Teller:
    t: PageWords
    names: Names
    year: int

    def label(self, field: Field) -> str:
        return self.t(f"rules.field.{field.path}")

    def lines(self, field: Field, element: Mapping[str, object]) -> list[str]:
        """Nothing where nothing is said."""
        from_form = flat(field, _value(field, element), self.t.language, self.year)
        return [line for name, values in from_form.items() if (line := self._line(field, name, values))]

    def _line(self, field: Field, name: str, values: Iterable[str]) -> str:
        said = [value for value in values if value]
        if not said or name.endswith(".rows"):
            return ""
        what = name.removeprefix(field.path).lstrip(".")
        return f"{self._part(what)} {self._said(field, said)}".strip()

    def _part(self, what: str) -> str:
        """``fi``, ``monday``, ``fi.monday``, ``ChristmasDay.how`` in words; a row's number is left out."""
        steps = [step for step in what.split(".") if step and not step.isdecimal()]
        return " ".join(self.t(f"rules.part.{step}") for step in steps)

    def _said(self, field: Field, said: list[str]) -> str:
        if field.kind in CHOSEN_BY_ID and said != ["yes"]:
            return ", ".join(self.names.of(one, field.kind) for one in said)
        if field.kind in CHOSEN_BY_WORD:
            return ", ".join(self.t.words.get(f"rules.choice.{field.path}.{one}", one) for one in said)
        if field.kind == "goal":
            kind, _, goal = said[0].partition(":")
            return self.names.of(goal, kind)
        if said == ["yes"]:
            return self.t("rules.yes")
        if said[0] in ("usual", "closed", "open") and field.kind == "holidays":
            return self.t(f"rules.holiday.{said[0]}")
        return ", ".join(said)


def _value(field: Field, element: Mapping[str, object]) -> object:
    found: object = element
    if field.kind == "goal":
        kind = "department" if element.get("department") else "duty"
        return f"{kind}:{element[kind]}" if element.get(kind) else None
    for step in field.path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return field.usual if found is None else found


def summary(teller: Teller, part: Part, element: Mapping[str, object]) -> list[tuple[str, str]]:
    """What a list says of one element beside its name: the fields that tell it from its neighbours."""
    wanted = BESIDE_THE_NAME.get(part, ())
    fields = [field for field in FIELDS[part] if field.path in wanted]
    told = [(teller.label(field), "; ".join(teller.lines(field, element))) for field in fields]
    return [(label, said) for label, said in told if said]


BESIDE_THE_NAME: Mapping[Part, tuple[str, ...]] = {
    "topics": ("key", "department", "urgent", "duty"),
    "departments": ("organisation", "languages"),
    "rules": tuple(field.path for field in FIELDS["rules"] if field.path != "name"),
    "duties": ("numbers",),
    "examples": ("at", "language", "leads_to", "desk"),
    "notices": ("from", "to", "topics"),
}
