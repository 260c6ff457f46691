"""What came of taking the guards out, kept beside the rows of the faults: both stand in docs/reliability.md."""

from collections.abc import Sequence
from pathlib import Path

from tests.chaos.guards_known import GUARDS, Guard
from tests.support import row_file
from tests.support.row_file import Row

FILE = "guards.json"
WORDS = """
## Guards taken out one by one

`make chaos ARGS=guards` takes each guard out of a copy of the product and runs the tests that are to show it: red is
well, a test that stays green without the guard proves nothing about it.

| Without | It keeps from happening that | Stood in | Red | Seconds | On |
|---|---|---|---|---:|---|
"""
STAYED_GREEN = "**nothing: all stayed green**"


def row(guard: Guard, red: Sequence[str], seconds: float, day: str) -> Row:
    """``red``: the tests that failed without it, none where nobody noticed."""
    files = sorted({cut.path for cut in guard.cuts})
    return {"name": guard.name, "files": files, "red": list(red), "seconds": round(seconds, 1), "day": day}


def keep(place: Path, new: Row) -> None:
    """In the place of the same guard's former row; the others stay."""
    row_file.keep(place / FILE, "name", new)


def told(place: Path) -> str:
    """A section of the page; nothing where no guard was ever taken out. Those that were not tried are named."""
    rows = {str(each["name"]): each for each in row_file.kept(place / FILE)}
    if not rows:
        return ""
    lines = [_line(guard, rows[guard.name]) for guard in GUARDS if guard.name in rows]
    missing = ", ".join(guard.name for guard in GUARDS if guard.name not in rows)
    last = f"Not tried, and nothing is shown of them: {missing}." if missing else "Every guard was tried."
    return "\n".join([WORDS + "\n".join(lines), "", last, ""])


def _line(guard: Guard, kept: Row) -> str:
    files, red = kept["files"], kept["red"]
    assert isinstance(files, list)
    assert isinstance(red, list)
    shown = "<br>".join(f"`{each.removeprefix('tests/')}`" for each in red) or STAYED_GREEN
    where = "<br>".join(f"`{each}`" for each in files)
    return f"| {guard.name} | {guard.keeps} | {where} | {shown} | {kept['seconds']} | {kept['day']} |"
