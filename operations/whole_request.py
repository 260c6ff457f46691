"""Whether a request has come whole, told from its first bytes. No socket, no clock: the web server's loop holds those.

Whatever cannot be told beforehand (a body in chunks, one that waits for our word, an odd length) counts as long: it is
received by a thread, and only few threads may do that at once.
"""

import re
from typing import Literal

WHOLE_BYTES = 32 * 1024  # head and body that are kept until all is there: a webhook brings two to eight kilobytes
END_OF_HEAD = b"\r\n\r\n"
Standing = Literal["part", "whole", "long"]
_TELLING = re.compile(rb"\r\n[ \t]*(content-length|transfer-encoding|expect)[ \t]*:([^\r]*)", re.IGNORECASE)


class Arriving:
    """What has come of one request, and of whatever the client sent behind it."""

    def __init__(self) -> None:
        self.seen = bytearray()
        self._needed: int | None = None  # bytes, head and body; None: the head has not ended yet

    def takes(self, more: bytes) -> Standing:
        self.seen += more
        if self._needed is None:
            end = self.seen.find(END_OF_HEAD, max(0, len(self.seen) - len(more) - len(END_OF_HEAD) + 1))
            if end < 0:
                return "part" if len(self.seen) < WHOLE_BYTES else "long"
            self._needed = end + len(END_OF_HEAD) + body_bytes(bytes(self.seen[:end]))
        if self._needed > WHOLE_BYTES:
            return "long"
        return "whole" if len(self.seen) >= self._needed else "part"


def body_bytes(head: bytes) -> int:
    """Of the body that follows; more than are ever kept where the head does not tell it in one plain number."""
    told = _TELLING.findall(head)
    if any(name.lower() != b"content-length" for name, _ in told):
        return WHOLE_BYTES
    lengths = [value.strip() for _, value in told]
    if not lengths:
        return 0
    plain = len(lengths) == 1 and lengths[0].isdigit() and len(lengths[0]) <= len(str(WHOLE_BYTES))
    return int(lengths[0]) if plain else WHOLE_BYTES
