"""Identity codes and card numbers in free text: masked before anything is stored or logged.

Pure. A Finnish personal identity code (DVV: birth date, century sign, individual number, check character) shows who
a person is, a payment card's number opens her account; neither is needed here. ``adapters.logs`` masks telephones.
"""

import re

HIDDEN = "*"
CHECK = "0123456789ABCDEFHJKLMNPRSTUVWXY"
CENTURIES = "+YXWVU\\-ABCDEF"  # with the signs that came into use in 2023
SHORTEST_CARD, LONGEST_CARD = 13, 19

_HETU = re.compile(
    rf"(?<![0-9A-Za-z])(\d{{6}})[ ]?([{CENTURIES}\u2010-\u2015\u2212])[ ]?(\d{{3}})([0-9A-Ya-y])(?![0-9A-Za-z])", re.I
)
_NAMES = r"(?<![0-9A-Za-z])(?:[A-Z]{2}[0-9a-f]{32}|[0-9a-f]{32}|[0-9a-f]{64})(?![0-9A-Za-z])"  # the provider's, ours
_CARD = re.compile(rf"{_NAMES}|(?<!\d)\d(?:[ \-]?\d){{12,}}(?!\d)")


def mask_codes(text: str) -> str:
    """Identity codes and card numbers gone, everything else as it was written."""
    return _CARD.sub(_card, _HETU.sub(_identity, text))


def _hidden(found: re.Match[str]) -> str:
    return HIDDEN * len(found.group())


def _identity(found: re.Match[str]) -> str:
    day, _sign, individual, check = found.groups()
    right = CHECK[int(day + individual) % len(CHECK)] == check.upper()
    return _hidden(found) if right and _is_day(day) else found.group()


def _is_day(day: str) -> bool:
    """Days 41 to 71 too: codes given out for testing are masked like the others."""
    return 1 <= int(day[:2]) % 40 <= 31 and 1 <= int(day[2:4]) <= 12


def _card(found: re.Match[str]) -> str:
    """The longest piece of a string of digits that a card's check sum fits; what stands around it may be anything."""
    text = found.group()
    if re.fullmatch(_NAMES, text):
        return text
    places = [place for place, letter in enumerate(text) if letter.isdigit()]
    for length in range(min(LONGEST_CARD, len(places)), SHORTEST_CARD - 1, -1):
        for first in range(len(places) - length + 1):
            chosen = places[first : first + length]
            if is_card("".join(text[place] for place in chosen)):
                start, end = chosen[0], chosen[-1] + 1
                return text[:start] + HIDDEN * (end - start) + text[end:]
    return text


def is_card(digits: str) -> bool:
    """ISO/IEC 7812: the Luhn sum, and a first digit that issuers use."""
    if not SHORTEST_CARD <= len(digits) <= LONGEST_CARD or digits[0] in "017":
        return False
    doubled = (int(one) * (2 if place % 2 else 1) for place, one in enumerate(reversed(digits)))
    return sum(one - 9 if one > 9 else one for one in doubled) % 10 == 0
