"""Deciding where a call goes, beside checking the signature of the very webhook that asks, in the same run in turns.

A large city (500 topics, 200 departments, all of them staffed, a rule for each) is asked the same questions.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from statistics import median
from time import process_time

from twilio.request_validator import RequestValidator

from routing_rules.decide import decide
from routing_rules.model import Department, Interval, RoutingRule, Ruleset, Topic, When
from routing_rules.trying.trial import everybody
from tests.bench.form import BASE, TOKEN, call_sid, telephone, voice_form
from tests.support.services import sample_rules

OF_VALIDATE, OF_ITSELF = 0.3, 2.0
TOPICS, DEPARTMENTS, FIELDS = 500, 200, 20
AT_ONCE = 400  # of each in each round
MOMENTS = {
    "open": datetime(2026, 11, 24, 8, 0, tzinfo=UTC),
    "evening": datetime(2026, 11, 24, 17, 0, tzinfo=UTC),
    "all closed": datetime(2026, 12, 24, 22, 0, tzinfo=UTC),
}
NIGHT = ((Interval(0, 60),),) * 7


@dataclass(frozen=True)
class Cell:
    name: str
    work: Callable[[], object]
    microseconds: list[float] = field(default_factory=list)

    def once(self) -> None:
        begun = process_time()
        for _ in range(AT_ONCE):
            self.work()
        self.microseconds.append((process_time() - begun) / AT_ONCE * 1e6)

    @property
    def median(self) -> float:
        return median(self.microseconds)


def measure(rounds: int) -> bool:
    """Prints the table; False: a bar does not hold."""
    cities = {"sample": with_rules(sample_rules()), "large": large(sample_rules())}
    cells = [Cell(f"validate, {FIELDS} fields", validation())] + [
        _decide(f"{moment}, {city}", rules, at) for moment, at in MOMENTS.items() for city, rules in cities.items()
    ]
    for cell in cells:
        cell.once()
        cell.microseconds.clear()
    for _ in range(rounds * 5):
        for cell in cells:
            cell.once()
    return _told(cells)


def validation() -> Callable[[], object]:
    """A webhook of the usual twenty fields."""
    whole = voice_form(call_sid(1), telephone(1), Digits="1")
    form = dict(sorted(whole.items(), key=lambda named: named[0] == "Digits")[-FIELDS:])
    url = f"{BASE}/voice/step/topic?arrived=1795593600000&language=fi&nonce=k3v9x2m4p8q1&try=1&version=12"
    validator = RequestValidator(TOKEN)
    signature = validator.compute_signature(url, form)
    assert validator.validate(url, form, signature)
    return lambda: validator.validate(url, form, signature)


def _decide(name: str, rules: Ruleset, at: datetime) -> Cell:
    staffed = everybody(rules)
    return Cell(f"decide, {name}", lambda: decide(rules, "housing", "sv", at, staffed))


def with_rules(rules: Ruleset) -> Ruleset:
    """One rule that is looked at and does not hold: at night housing's matters go to the general desk."""
    night = When(topics=("housing",), week=NIGHT)
    return replace(rules, rules=(RoutingRule("night", {}, night, department="advice"), *rules.rules))


def large(rules: Ruleset) -> Ruleset:
    """The sample city beside so many other departments, each with topics of its own and a rule about them."""
    [housing] = [d for d in rules.departments if d.id == "housing"]
    others = tuple(_another(housing, n) for n in range(DEPARTMENTS - len(rules.departments)))
    leaf = rules.topic("housing")
    more = range(TOPICS - len(rules.topics))
    topics = tuple(_topic(leaf, n, others[n % len(others)].id) for n in more)
    about = [When(topics=(topic.id,), week=NIGHT) for topic in topics[: len(others)]]
    own = tuple(RoutingRule(f"r{n}", {}, when, department="advice") for n, when in enumerate(about))
    city = with_rules(rules)
    return replace(
        city, departments=(*others, *city.departments), topics=(*topics, *city.topics), rules=(*own, *city.rules)
    )


def _another(like: Department, n: int) -> Department:
    return replace(like, id=f"department-{n}", hours=replace(like.hours))


def _topic(like: Topic, n: int, department: str) -> Topic:
    return replace(like, id=f"topic-{n}", department=department)


def _told(cells: list[Cell]) -> bool:
    print(f"\nCPU of one call, {len(cells[0].microseconds)} interleaved rounds of {AT_ONCE}, medians")
    for cell in cells:
        spread = f"{min(cell.microseconds):.1f}-{max(cell.microseconds):.1f}"
        print(f"  {cell.name:<28}{cell.median:7.1f} µs   ({spread})")
    validate, *decided = cells
    holds = [_bar(f"{cell.name} / validate", cell.median / validate.median, OF_VALIDATE) for cell in decided]
    pairs = zip(decided[::2], decided[1::2], strict=True)
    holds += [_bar(f"{wide.name} / sample", wide.median / own.median, OF_ITSELF) for own, wide in pairs]
    return all(holds)


def _bar(name: str, ratio: float, bar: float) -> bool:
    print(f"  {name:<40}{ratio:5.2f}   bar {bar:.2f}   {'holds' if ratio <= bar else 'DOES NOT HOLD'}")
    return ratio <= bar
