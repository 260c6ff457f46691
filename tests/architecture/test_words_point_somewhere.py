"""What comments and pages refer to is in this repository, and no number of another list misleads a reader."""

import re
from pathlib import Path

from tests.architecture.source import ROOMS, ROOT

MODULE = re.compile(rf"``?((?:{'|'.join((*ROOMS, 'tests'))})(?:\.[a-z_]+)+)``?")
DECISION = re.compile(r"docs/decisions/(\d{4})")
ELSEWHERE = re.compile(r"\b(?:decisions?|laws?|scenarios?) \d|\bfact sheet", re.I)
FIELDS = {"callbacks.outcomes"}  # of a ruleset


HERE = Path(__file__).relative_to(ROOT)
KINDS = {".py", ".md", ".yaml", ".yml"}


def texts() -> dict[str, str]:
    below = (path for room in (*ROOMS, "docs", "tests") for path in (ROOT / room).rglob("*"))
    found = [path.relative_to(ROOT) for path in (*ROOT.glob("*"), *below) if path.suffix in KINDS and path.is_file()]
    return {str(path): (ROOT / path).read_text(encoding="utf-8") for path in found if path != HERE}


TEXTS = texts()


def is_there(name: str) -> bool:
    """A room, a module, or a name within one."""
    *within, last = name.split(".")
    place = ROOT.joinpath(*within)
    if (place / last).with_suffix(".py").exists() or (place / last).is_dir():
        return True
    inside = next((file for file in (place.with_suffix(".py"), place / "__init__.py") if file.exists()), None)
    return inside is not None and re.search(rf"\b{last}\b", inside.read_text(encoding="utf-8")) is not None


def test_a_module_that_is_named_is_there() -> None:
    assert len(TEXTS) > 500
    missing = [(name, one) for name, text in TEXTS.items() for one in MODULE.findall(text) if not is_there(one)]
    assert [pair for pair in missing if pair[1] not in FIELDS] == []


def test_a_decision_that_is_named_is_there() -> None:
    there = {path.name[:4] for path in (ROOT / "docs" / "decisions").glob("*.md")}
    assert {one for text in TEXTS.values() for one in DECISION.findall(text)} <= there


def test_nothing_is_numbered_by_a_list_that_is_not_here() -> None:
    assert [(name, one) for name, text in TEXTS.items() for one in ELSEWHERE.findall(text)] == []
