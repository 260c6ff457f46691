"""Rule: every history is a path through the one transition table; fences never fall; what is final stays final."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from tests.checker.evidence import Evidence, Transition
from tests.checker.legal import is_legal
from tests.checker.promises import FINAL
from tests.checker.verdict import Verdict, Violation


def judge(evidence: Evidence) -> Verdict:
    promises, stays = _by_owner(evidence.request_history), _by_owner(evidence.line_history)
    found = [violation for path in promises.values() for violation in (*_illegal(path), *_broken(path))]
    found += [violation for path in stays.values() for violation in _broken(path)]
    states = {request.id: request.state for request in evidence.requests}
    found += [
        Violation("state without history", f"{owner} is {states[owner]}, its history ends {path[-1].after}")
        for owner, path in promises.items()
        if owner in states and path[-1].after != states[owner]
    ]
    return Verdict((("state changes", len(evidence.request_history)),), tuple(found))


def _by_owner(history: Iterable[Transition]) -> Mapping[str, list[Transition]]:
    paths: dict[str, list[Transition]] = defaultdict(list)
    for change in sorted(history, key=lambda c: c.n):
        paths[change.owner].append(change)
    return paths


def _illegal(path: Sequence[Transition]) -> list[Violation]:
    return [
        Violation("illegal change", f"{c.owner}: {c.event} from {c.before} to {c.after}")
        for c in path
        if not is_legal(c.event, c.before, c.after)
    ]


def _broken(path: Sequence[Transition]) -> list[Violation]:
    found = []
    for earlier, later in zip(path, path[1:], strict=False):
        if later.before != earlier.after:
            found.append(
                Violation("broken path", f"{later.owner}: {earlier.after}, then {later.event} from {later.before}")
            )
        if later.fence < earlier.fence:
            found.append(Violation("fence fell", f"{later.owner}: {earlier.fence} to {later.fence}"))
        if earlier.after in FINAL:
            found.append(Violation("final state left", f"{later.owner}: {earlier.after} to {later.after}"))
    return found
