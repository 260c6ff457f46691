"""What a new password must be. Pure.

Twelve characters, without rules about kinds of characters: those make people write passwords down. There is no list of
common passwords, because nearly all of those lists is shorter than twelve; what is common and long enough is a word
everybody here knows, a row of keys, or a short piece said again and again, and these are refused as such.
"""

import unicodedata
from collections.abc import Iterable
from typing import Literal

SHORTEST = 12
LONGEST = 256
FEWEST_DIFFERENT = 5
KNOWN_HERE = 4  # letters from which a name counts as one
ROWS = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")

PasswordFault = Literal["short", "long", "known", "simple", "same"]


def password_fault(password: str, known: Iterable[str]) -> PasswordFault | None:
    """``known``: her name, her sign-in name, the city's name, the service's: what anybody would try first."""
    if len(password) < SHORTEST:
        return "short"
    if len(password) > LONGEST:
        return "long"
    bare = _bare(password)
    if len(set(bare)) < FEWEST_DIFFERENT or _repeats(bare) or _is_row(bare):
        return "simple"
    rest = bare
    for word in sorted(_words(known), key=len, reverse=True):
        rest = rest.replace(word, "")
    return "known" if len(rest) < SHORTEST // 2 else None


def _bare(text: str) -> str:
    """Lower case, letters without their marks, no spaces or signs: how people vary a word they know."""
    plain = unicodedata.normalize("NFKD", text.lower())
    return "".join(c for c in plain if c.isalnum())


def _words(known: Iterable[str]) -> set[str]:
    """Each word of each name; a city's name also without its ending, because it is inflected ("Kuopion")."""
    words = {_bare(word) for one in known for word in (*one.replace("@", " ").replace(".", " ").split(), one)}
    return {stem for word in words for stem in (word, word[:-1]) if len(stem) >= KNOWN_HERE}


def _repeats(text: str) -> bool:
    return any(
        text == (text[:size] * (len(text) // size + 1))[: len(text)] for size in range(1, min(8, len(text) // 2) + 1)
    )


def _is_row(text: str) -> bool:
    """Neighbours on the keyboard, in the alphabet or among the digits, forwards or backwards, nearly throughout."""
    rows = [_bare(row) for row in ROWS]
    pairs = {pair for row in (*rows, *(row[::-1] for row in rows)) for pair in zip(row, row[1:], strict=False)}
    steps = list(zip(text, text[1:], strict=False))
    return sum(step in pairs for step in steps) >= len(steps) * 0.8
