"""TwiML as the light provider reads it: verbs with attributes, and how long what is heard lasts (business seconds)."""

import re
import xml.etree.ElementTree as Tree

CHARACTERS_A_SECOND = 14.0
SPOKEN = frozenset({"Say", "Play", "Pause"})
_MUSIC = re.compile(r"/music(?:-(\d))?\.wav$")
USUAL_SOUND = 5.0  # a recorded announcement, a message that is played back


def verbs(body: bytes) -> list[Tree.Element]:
    """Raises Tree.ParseError: what is not XML is an error at the provider too."""
    root = Tree.fromstring(body)
    if root.tag != "Response":
        raise Tree.ParseError(f"<{root.tag}>")
    return list(root)


def words(verb: Tree.Element) -> str:
    return "".join(verb.itertext()).strip()


def seconds(verb: Tree.Element) -> float:
    match verb.tag:
        case "Say":
            return max(0.3, len(words(verb)) / CHARACTERS_A_SECOND)
        case "Pause":
            return float(verb.get("length", "1"))
    music = _MUSIC.search(words(verb))
    once = USUAL_SOUND if music is None else float(music[1] or 8)
    return once * int(verb.get("loop", "1"))
