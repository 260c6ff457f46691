"""What the written form of a ruleset is made of: ids, numbers, words, shares. Single fields, and words by language."""

import unicodedata
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from routing_rules.document.problem import wrong
from routing_rules.marks import without_marks

KEPT = "\n\t"  # the only control characters that a text may hold: others are no XML, and no page


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:  # not found is a KeyError: pydantic would let it through
        raise wrong("no_zone", written=name) from error
    return name


def _key_as_text(value: object) -> object:
    """``key: 1`` and ``key: "1"`` mean the same key."""
    return str(value) if type(value) is int else value


def _without_trunk_nought(number: str) -> str:
    """ "+3580112" would be dialled as 112, and "+358040…" as nothing at all."""
    if number.startswith("+3580"):
        raise wrong("trunk_nought", written=number)
    return number


def _seen(text: object) -> object:
    """Before anything is judged: what holds nothing but unseen marks is empty."""
    return without_marks(text) if isinstance(text, str) else text


def _speakable(text: str) -> str:
    if text.isprintable():  # holds none of them: nearly every text, and many times sooner known
        return text
    if any(unicodedata.category(c) in ("Cc", "Cs", "Cn") and c not in KEPT for c in text):
        raise wrong("no_character")
    return text


Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
E164 = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$"), AfterValidator(_without_trunk_nought)]
Text = Annotated[
    str, Field(min_length=1, max_length=1000, pattern=r"\S"), AfterValidator(_speakable), BeforeValidator(_seen)
]
Told = Annotated[
    str, Field(min_length=1, max_length=400, pattern=r"\S"), AfterValidator(_speakable), BeforeValidator(_seen)
]
AnnouncementKey = Annotated[str, Field(pattern=r"^[a-z_]+(\.[a-z0-9_]+)*$")]
MenuKey = Annotated[
    str,
    BeforeValidator(_key_as_text),
    Field(pattern=r"^[1-9]$"),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "pattern": "^[1-9]$"}, {"type": "integer", "minimum": 1, "maximum": 9}]}
    ),
]
ZoneName = Annotated[str, AfterValidator(_known_zone)]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Minutes = Annotated[int, Field(ge=1, le=24 * 60)]
Share = Annotated[float, Field(ge=0, le=1)]
Days = Annotated[int, Field(ge=1, le=3650)]
Count = Annotated[int, Field(ge=1, le=10_000_000)]
Cents = Annotated[int, Field(ge=0, le=1_000)]


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WordsShape(Shape):
    """The same thing in every language of the service; none may be missing."""

    fi: Text
    sv: Text
    en: Text

    def value(self) -> dict[str, str]:
        return {"fi": self.fi, "sv": self.sv, "en": self.en}


class ToldShape(WordsShape):
    """What is told at one go: short enough that a person is offered within the minute."""

    fi: Told
    sv: Told
    en: Told
