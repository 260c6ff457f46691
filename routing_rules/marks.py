"""Characters that nobody sees and that change what a reader takes a text for: marks of writing direction, and those
without any width. They are dropped wherever people's words come in: two names that look alike are one name, and no
note reads backwards.

Pure. After the Unicode Standard, chapter 23 (layout controls, deprecated characters, tags), and UAX #9, section 2.
Letters, digits, accents and the signs that change a picture's colour stay, in every language. The joiners U+200C and
U+200D go too: a family that is drawn of several people is then shown as its people, side by side.
"""

import re

_UNSEEN = re.compile(
    "["
    "\u00ad\u034f\u061c\u180e"  # soft hyphen, grapheme joiner, Arabic letter mark, Mongolian vowel separator
    "\u200b-\u200f"  # without width: space and joiners; marks of direction
    "\u202a-\u202e"  # embeddings and overrides of direction
    "\u2060-\u206f"  # word joiner, unseen operators, isolates of direction, deprecated ones
    "\ufeff\ufff9-\ufffb"  # byte order mark, annotations between lines
    "\U000e0000-\U000e007f"  # letters that are never drawn
    "]+"
)


def without_marks(text: str) -> str:
    """Everything else as it was written."""
    return text if text.isascii() else _UNSEEN.sub("", text)
