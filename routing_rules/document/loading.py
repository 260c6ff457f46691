"""Text to groups and lists: JSON where it is JSON (what the store holds: many times faster), else YAML.

Whatever somebody pastes here ends in a value or in ``RulesetInvalid``, soon and in little memory: too much text, groups
within groups without end, aliases that multiply, and two equal keys, of which YAML and JSON would keep the last.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import yaml

from routing_rules.document.problem import RulesetInvalid, problem

if TYPE_CHECKING:
    Loader = yaml.SafeLoader
else:
    Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times faster where it was built

Written = Mapping[str, object]
LONGEST = 2_000_000  # characters; 500 topics and 200 departments need half of it
DEEPEST = 40  # groups within groups; a ruleset has seven
MOST_NODES = 150_000  # values and names, with every alias written out


def load(text: str) -> Written:
    """Raises RulesetInvalid."""
    if len(text) > LONGEST:
        raise RulesetInvalid(problem("text_too_long", "", most=LONGEST))
    written = _read(text)
    if not isinstance(written, dict) or not all(isinstance(key, str) for key in written):
        raise RulesetInvalid(problem("no_fields", ""))
    return written


def _read(text: str) -> object:
    try:
        read: object = json.loads(text, object_pairs_hook=_pairs_once, parse_constant=_no_constant)
    except json.JSONDecodeError:
        return _read_yaml(text)
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:  # a number of thousands of digits
        raise _no_document(error) from error
    if _nodes(read, DEEPEST) > MOST_NODES:
        raise _too_much("the text")
    return read


def _nodes(value: object, deeper: int) -> int:
    if not isinstance(value, dict | list):
        return 1
    if deeper == 0:
        raise _too_deep()
    if isinstance(value, dict):
        return 1 + len(value) + sum(_nodes(one, deeper - 1) for one in value.values())
    return 1 + sum(_nodes(one, deeper - 1) for one in value)


def _pairs_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    group = dict(pairs)
    if len(group) < len(pairs):
        raise RulesetInvalid(problem("field_twice", "", name=_twice(key for key, _ in pairs)))
    return group


def _twice(keys: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            return key
        seen.add(key)
    return None


def _no_constant(name: str) -> object:
    raise RulesetInvalid(problem("not_a_number", "", name=name))


# --- YAML ----------------------------------------------------------------------------------------------------------


def _read_yaml(text: str) -> object:
    try:
        _look_through(text)
        loader = Loader(text)
        root = loader.get_single_node()
        if root is None:
            return None
        _size(root, {})
        return loader.construct_document(root)
    except RecursionError:
        raise _too_deep() from None
    except (yaml.YAMLError, ValueError, ArithmeticError, LookupError, AttributeError, TypeError) as error:
        # the constructors of PyYAML raise what they meet: "2026-13-45", "!!bool maybe", "!!timestamp x"
        raise _no_document(error) from error


def _look_through(text: str) -> None:
    """How deep it goes and how much it is, before anything is built of it."""
    depth = 0
    for number, event in enumerate(yaml.parse(text, Loader=Loader)):
        if number > 2 * MOST_NODES:
            raise _too_much(_line(event))
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                raise _too_deep(_line(event))
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _size(node: yaml.Node, known: dict[int, int]) -> int:
    """How many nodes it is with every alias written out. A node that holds itself is without end."""
    if isinstance(node, yaml.ScalarNode):
        return 1
    if id(node) in known:
        if known[id(node)] == 0:
            raise RulesetInvalid(problem("holds_itself", _line(node)))
        return known[id(node)]
    known[id(node)] = 0
    total = 1 + sum(_size(one, known) for one in _within(node))
    if total > MOST_NODES:
        raise _too_much(_line(node))
    known[id(node)] = total
    return total


def _within(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.SequenceNode):
        yield from node.value
    elif isinstance(node, yaml.MappingNode):
        key = _twice(key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode))
        if key is not None:
            raise RulesetInvalid(problem("field_twice", _line(node), name=key))
        yield from (one for pair in node.value for one in pair)


def _line(part: yaml.Node | yaml.Event) -> str:
    return "the text" if part.start_mark is None else f"line {part.start_mark.line + 1}"


def _too_deep(place: str = "the text") -> RulesetInvalid:
    return RulesetInvalid(problem("too_deep", place))


def _too_much(place: str) -> RulesetInvalid:
    return RulesetInvalid(problem("too_much", place, most=MOST_NODES))


def _no_document(error: Exception) -> RulesetInvalid:
    told = " ".join(str(error).split())[:300]
    line = getattr(getattr(error, "problem_mark", None), "line", None)
    return RulesetInvalid(problem("no_document", f"line {line + 1}" if isinstance(line, int) else "", told=told))
