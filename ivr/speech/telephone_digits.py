"""How a telephone number or a code is cut into groups for the ear and the eye. Pure; no words.

A Finnish number is told in its national form: mobile 040 123 4567, landline 09 123 4567 or 017 555 0100. A foreign
number keeps its country code as a group of its own, so that the caller hears where we would ring: +46 70 123 45 67.
"""

import re
from collections.abc import Mapping

FINLAND = "+358"
_LONG_PREFIXES = ("04", "050", "01", "020", "029", "010", "030", "060", "070", "075", "080")
_REST = {4: (4,), 5: (3, 2), 6: (3, 3), 7: (3, 4), 8: (4, 4), 9: (3, 3, 3)}
# ITU-T E.164: 1 and 7 stand alone, these are two digits, all others three
_TWO_DIGIT_CODES = re.compile("2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]")
_NEIGHBOURS: Mapping[str, Mapping[int, tuple[int, ...]]] = {
    "46": {9: (2, 3, 2, 2), 8: (1, 3, 2, 2)},
    "47": {8: (3, 2, 3)},
    "372": {7: (3, 4), 8: (4, 4)},
}


def national(e164: str) -> str:
    """Digits as they are dialled at home; a foreign number keeps its plus."""
    return "0" + e164[len(FINLAND) :] if e164.startswith(FINLAND) else e164


def phone_groups(e164: str) -> tuple[str, ...]:
    """A foreign number's first group begins with its plus."""
    digits = national(e164)
    if digits.startswith("+"):
        return _foreign(digits[1:])
    prefix = 3 if digits.startswith(_LONG_PREFIXES) else 2
    rest = digits[prefix:]
    return (digits[:prefix], *_cut(rest, _REST.get(len(rest), ())))


def _foreign(digits: str) -> tuple[str, ...]:
    size = 1 if digits[:1] in ("1", "7") else 2 if _TWO_DIGIT_CODES.match(digits) else 3
    country, rest = digits[:size], digits[size:]
    return ("+" + country, *_cut(rest, _NEIGHBOURS.get(country, {}).get(len(rest), ())))


def code_groups(digits: str) -> tuple[str, ...]:
    """Threes; what is left over joins as a four or a two, so that no digit stands alone."""
    if len(digits) <= 4:
        return (digits,) if digits else ()
    sizes = [3] * (len(digits) // 3)
    left = len(digits) % 3
    if left == 1:
        sizes[-1] = 4
    return _cut(digits, (*sizes, 2) if left == 2 else tuple(sizes))


def _cut(digits: str, sizes: tuple[int, ...]) -> tuple[str, ...]:
    if not sizes:
        return code_groups(digits)
    groups, at = [], 0
    for size in sizes:
        groups.append(digits[at : at + size])
        at += size
    return tuple(groups)
