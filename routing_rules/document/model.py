"""One thing that a document cannot be. No words of its own: a code, a place and values, and the line made of them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """``str()``: the English line for the command line. A page words the code in its reader's language."""

    code: str
    place: str  # "departments.housing.hours"; "line 3"; "document" or "": all of it
    values: tuple[tuple[str, str], ...]
    line: str

    def __str__(self) -> str:
        return self.line
