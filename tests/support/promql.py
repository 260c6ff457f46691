"""As much of PromQL as our alerts use, evaluated as Prometheus does: five minutes' look back, extrapolated increases,
``for``. A story is each series' value at every quarter of a minute.

The text is read by ``promql_parser``; what is not known here is an AssertionError, not silence.
"""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import promql_parser as promql

SCRAPE, LOOK_BACK = 15, 300  # seconds
Labels = frozenset[tuple[str, str]]
Vector = dict[Labels, float]
Value = Vector | float
Points = list[tuple[float, float]]
NONE: Labels = frozenset()


class Story:
    """What was scraped. ``None``: nothing told at that moment."""

    def __init__(self) -> None:
        self._series: dict[tuple[str, Labels], Points] = {}

    def tells(self, name: str, values: Iterable[float | None], **labels: str) -> None:
        points = [(n * float(SCRAPE), float(v)) for n, v in enumerate(values) if v is not None]
        self._series[name, frozenset(labels.items())] = points

    def of(self, selector: Any, begin: float, end: float) -> dict[Labels, Points]:
        """Samples after ``begin`` and no later than ``end``."""
        found = {}
        for (name, labels), points in self._series.items():
            if name == selector.name and all(_matches(m, dict(labels)) for m in selector.matchers.matchers):
                found[labels] = [p for p in points if begin < p[0] <= end]
        return {labels: points for labels, points in found.items() if points}


def _matches(matcher: Any, labels: Mapping[str, str]) -> bool:
    value = labels.get(matcher.name, "")
    if matcher.op == promql.MatchOp.Equal:
        return bool(value == matcher.value)
    if matcher.op == promql.MatchOp.NotEqual:
        return bool(value != matcher.value)
    whole = re.fullmatch(matcher.value, value) is not None
    return whole if matcher.op == promql.MatchOp.Re else not whole


def fires(rule: Mapping[str, Any], story: Story, until: float) -> bool:
    """Whether the alert is firing at that second: its expression has told something at every look of its ``for``."""
    expression = promql.parse(rule["expr"])
    held = promql.parse_duration(rule["for"]).total_seconds() if "for" in rule else 0.0
    looks = [until - n * SCRAPE for n in range(int(held / SCRAPE) + 1)]
    return all(value(expression, story, at) not in ({}, None) for at in looks)


def value(part: Any, story: Story, at: float) -> Value:
    match part:
        case promql.NumberLiteral():
            return float(part.val)
        case promql.ParenExpr():
            return value(part.expr, story, at)
        case promql.VectorSelector():
            return {labels: points[-1][1] for labels, points in story.of(part, at - LOOK_BACK, at).items()}
        case promql.AggregateExpr():
            return _gathered(part, _vector(value(part.expr, story, at)))
        case promql.BinaryExpr():
            return _joined(str(part.op), value(part.lhs, story, at), value(part.rhs, story, at))
        case promql.Call():
            return _called(part, story, at)
    raise AssertionError(f"{type(part)} is not known")


def _vector(found: Value) -> Vector:
    assert isinstance(found, dict)
    return found


GATHERED: Mapping[str, Callable[[Sequence[float]], float]] = {
    "max": lambda numbers: max(numbers), "min": lambda numbers: min(numbers), "sum": lambda numbers: math.fsum(numbers),
}  # fmt: skip


def _gathered(part: Any, found: Vector) -> Vector:
    kept = set(part.modifier.labels) if part.modifier else set()
    groups: dict[Labels, list[float]] = defaultdict(list)
    for labels, number in found.items():
        groups[frozenset(one for one in labels if one[0] in kept)].append(number)
    how = GATHERED[str(part.op)]
    return {labels: how(numbers) for labels, numbers in groups.items()}


ARITHMETIC: Mapping[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b,
    "/": lambda a, b: a / b if b else math.nan,
}  # fmt: skip
COMPARED: Mapping[str, Callable[[float, float], bool]] = {
    ">": lambda a, b: a > b, "<": lambda a, b: a < b, "==": lambda a, b: a == b,
    ">=": lambda a, b: a >= b, "<=": lambda a, b: a <= b, "!=": lambda a, b: a != b,
}  # fmt: skip


def _joined(op: str, left: Value, right: Value) -> Value:
    if isinstance(left, dict) and isinstance(right, dict):
        match op:
            case "and":
                return {labels: number for labels, number in left.items() if labels in right}
            case "unless":
                return {labels: number for labels, number in left.items() if labels not in right}
            case "or":
                return right | left
    if op in ARITHMETIC:
        return _paired(left, right, lambda a, b: ARITHMETIC[op](a, b))
    return _paired(left, right, lambda a, b: a if COMPARED[op](a, b) else None)


def _paired(left: Value, right: Value, how: Callable[[float, float], float | None]) -> Vector:
    """Where one side is a number it stands against each of the other's."""
    assert isinstance(left, dict) or isinstance(right, dict)
    every = left if isinstance(left, dict) else _vector(right)
    found: Vector = {}
    for labels in every:
        a = left.get(labels) if isinstance(left, dict) else left
        b = right.get(labels) if isinstance(right, dict) else right
        number = how(a, b) if a is not None and b is not None else None
        if number is not None:
            found[labels] = number
    return found


def _called(part: Any, story: Story, at: float) -> Value:
    match part.func.name:
        case "absent":
            return {} if value(part.args[0], story, at) else {NONE: 1.0}
        case "increase" | "rate" as name:
            seconds, ranged = _range(part.args[0], story, at)
            each = {labels: _increase(points, at - seconds, at) for labels, points in ranged.items()}
            share = seconds if name == "rate" else 1.0
            return {labels: number / share for labels, number in each.items() if number is not None}
        case "histogram_quantile":
            return _quantile(float(part.args[0].val), _vector(value(part.args[1], story, at)))
    raise AssertionError(f"{part.func.name} is not known")


def _range(part: Any, story: Story, at: float) -> tuple[float, dict[Labels, Points]]:
    whole: timedelta = part.range
    seconds = whole.total_seconds()
    if isinstance(part, promql.MatrixSelector):
        return seconds, story.of(part.vector_selector, at - seconds, at)
    found: dict[Labels, Points] = defaultdict(list)
    step = part.step.total_seconds()
    moment = math.floor((at - seconds) / step) * step + step
    while moment <= at:
        for labels, number in _vector(value(part.expr, story, moment)).items():
            found[labels].append((moment, number))
        moment += step
    return seconds, found


def _increase(points: Points, begin: float, end: float) -> float | None:
    """With resets, and extrapolated to the range's ends as Prometheus does."""
    if len(points) < 2:
        return None
    grown, before = 0.0, points[0][1]
    for _, number in points[1:]:
        grown += number - before if number >= before else number
        before = number
    first, last = points[0], points[-1]
    sampled = last[0] - first[0]
    apart = sampled / (len(points) - 1)
    at_start, at_end = first[0] - begin, end - last[0]
    at_start = at_start if at_start < apart * 1.1 else apart / 2
    at_end = at_end if at_end < apart * 1.1 else apart / 2
    if grown > 0:
        at_start = min(at_start, sampled * first[1] / grown)
    return grown * (sampled + at_start + at_end) / sampled


def _quantile(share: float, found: Vector) -> Vector:
    """Of one histogram, ``le`` its only label."""
    bounds = sorted((float(dict(labels)["le"]), number) for labels, number in found.items())
    if not bounds or not bounds[-1][1]:
        return {}
    rank = share * bounds[-1][1]
    at = next(n for n, (_, number) in enumerate(bounds) if number >= rank)
    if math.isinf(bounds[at][0]):
        return {NONE: bounds[-2][0]}
    low, under = bounds[at - 1] if at else (0.0, 0.0)
    high, number = bounds[at]
    return {NONE: low + (high - low) * (rank - under) / (number - under)}
