"""How many segments a text message takes, as operators count and charge them (3GPP TS 23.038). Pure.

A message whose characters all stand in the GSM alphabet holds 160 in one segment; a single other one (a dash, a curly
quote) makes it UCS-2, which holds 70.
"""

GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_IN_TWO = frozenset("^{}\\[~]|€\f")  # behind an escape: each takes the place of two
ALONE, TOGETHER = 160, 153  # septets; a message in parts gives seven of each part to its header
UCS_ALONE, UCS_TOGETHER = 70, 67  # 16-bit units


def is_gsm(text: str) -> bool:
    return set(text) <= GSM | GSM_IN_TWO


def segments(text: str) -> int:
    """A character behind an escape is never torn apart, so a part may hold one less."""
    if is_gsm(text):
        return _parts([2 if letter in GSM_IN_TWO else 1 for letter in text], ALONE, TOGETHER)
    return _parts([len(letter.encode("utf-16-be")) // 2 for letter in text], UCS_ALONE, UCS_TOGETHER)


def _parts(sizes: list[int], alone: int, together: int) -> int:
    if sum(sizes) <= alone:
        return 1
    parts, used = 1, 0
    for size in sizes:
        if used + size > together:
            parts, used = parts + 1, 0
        used += size
    return parts
