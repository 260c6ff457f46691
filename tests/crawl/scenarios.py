"""When and who: the moments of the week, the callers and the staff that the city is rung with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

HELSINKI = ZoneInfo("Europe/Helsinki")
MOMENTS: Mapping[str, datetime] = {
    "Tuesday 10.00": datetime(2026, 11, 24, 10, 0, tzinfo=HELSINKI),
    "Tuesday 18.30": datetime(2026, 11, 24, 18, 30, tzinfo=HELSINKI),
    "Saturday 17.05": datetime(2026, 11, 28, 17, 5, tzinfo=HELSINKI),
    "Wednesday 02.00": datetime(2026, 11, 25, 2, 0, tzinfo=HELSINKI),
    "Christmas Eve 13.00": datetime(2026, 12, 24, 13, 0, tzinfo=HELSINKI),
}
EVERYBODY: Mapping[str, tuple[str, ...]] = {"aino": ("fi", "sv", "en"), "eino": ("fi", "sv", "en")}
FINNISH_ONLY: Mapping[str, tuple[str, ...]] = {"aino": ("fi",)}
NOBODY: Mapping[str, tuple[str, ...]] = {}


@dataclass(frozen=True)
class Caller:
    name: str
    number: str
    open_about: tuple[str, ...] = ()
    missed_about: tuple[str, ...] = ()
    code: str = "204519"


UNKNOWN = Caller("unknown", "+358407654321")
KNOWN = Caller("known", "+358407654322", open_about=("parking",))
SENSITIVE = Caller("known, sensitive", "+358407654323", open_about=("health",))
MISSED = Caller("missed", "+358407654324", missed_about=("housing",))
LANDLINE = Caller("landline", "+358175551234")
WITHHELD = Caller("withheld", "anonymous")
LOOK_ALIKE = Caller("look-alike of withheld", "+266696687")
FOREIGN = Caller("foreign", "+46701234567")


@dataclass(frozen=True)
class Scenario:
    moment: str
    caller: Caller = UNKNOWN
    staff: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: EVERYBODY)
    staffed: str = "everybody"

    @property
    def at(self) -> datetime:
        return MOMENTS[self.moment]

    def __str__(self) -> str:
        return f"{self.moment}, {self.caller.name}, on duty: {self.staffed}"


def scenarios() -> tuple[Scenario, ...]:
    """Every caller at every moment, and on a weekday every kind of staff."""
    callers = (UNKNOWN, KNOWN, SENSITIVE, MISSED, LANDLINE, WITHHELD, LOOK_ALIKE, FOREIGN)
    staffed = [Scenario(moment, caller) for moment in MOMENTS for caller in callers]
    weekday, evening = "Tuesday 10.00", "Tuesday 18.30"
    others = [
        Scenario(moment, caller, staff, name)
        for moment in (weekday, evening)
        for caller in (UNKNOWN, WITHHELD)
        for name, staff in (("only Finnish", FINNISH_ONLY), ("nobody", NOBODY))
    ]
    return (*staffed, *others)


def scenarios_in_short() -> tuple[Scenario, ...]:
    """For every day's test: each moment, each caller and each staff at least once."""
    day, evening, saturday, night, eve = MOMENTS
    return (
        Scenario(day),
        Scenario(evening, KNOWN),
        Scenario(saturday, SENSITIVE),
        Scenario(night, LANDLINE),
        Scenario(eve, FOREIGN),
        Scenario(day, MISSED),
        Scenario(night, WITHHELD),
        Scenario(evening, LOOK_ALIKE),
        Scenario(day, UNKNOWN, NOBODY, "nobody"),
        Scenario(evening, UNKNOWN, FINNISH_ONLY, "only Finnish"),
    )
