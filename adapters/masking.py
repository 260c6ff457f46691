"""Identity codes and card numbers in free text: masked before anything is stored or logged.

Pure. A Finnish personal identity code (DVV: birth date, century sign, individual number, check character) shows who
a person is, a payment card's number opens her account; neither is needed here. ``adapters.logs`` masks telephones.
"""

import re
from collections.abc import Iterator

HIDDEN = "*"
CHECK = "0123456789ABCDEFHJKLMNPRSTUVWXY"
SHORTEST_CARD, LONGEST_CARD = 13, 19
CARD_GROUPS = (4, 4, 4, 4, 3), (4, 4, 4, 4), (4, 6, 5)  # as cards are printed; a telephone or a reference is not

_SPACE = r"[\s.]{0,2}"
_DASHES = "\\-\u2010-\u2015\u2212"
_SIGN = rf"(?:\+|{_SPACE}[{_DASHES}YXWVUABCDEF]{_SPACE})"  # "+" close by: "13.10.26 +358 9…" is a date and a telephone
_CODE = rf"(\d\d){_SPACE}(\d\d){_SPACE}(\d\d){_SIGN}(\d{{3}})(\d|{_SPACE}[A-Y])"
_HETU = re.compile(_CODE, re.I)
_HETUS = re.compile(rf"(?<!\d)(?:{_CODE})+(?:(?<=[A-Y])|(?!\d))", re.I)  # several may stand without a space

_NAME = r"[A-Z]{2}[0-9a-f]{32}|[0-9a-f]{32}|[0-9a-f]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # not a person's
_ACCOUNT = r"[A-Z]{2}\d\d(?:\s?[0-9A-Z]{4}){2,7}(?:\s?[0-9A-Z]{1,3})?"
_KEPT = re.compile(rf"(?<![0-9A-Za-z])(?:{_NAME}|(?P<account>{_ACCOUNT}))(?![0-9A-Za-z])")
_DIGITS = re.compile(r"\d+")
_GAP = re.compile(rf"[\s.{_DASHES}]{{1,3}}")


def mask_codes(text: str) -> str:
    """Identity codes and card numbers gone, everything else as it was written."""
    masked, start = "", 0
    for found in _KEPT.finditer(text):
        if found["account"] and not _is_account(found["account"]):
            continue
        masked += _masked(text[start : found.start()]) + found.group()
        start = found.end()
    return masked + _masked(text[start:])


def _masked(text: str) -> str:
    without = _HETUS.sub(lambda found: _HETU.sub(_identity, found.group()), text)
    for start, end in list(_cards(without)):
        without = without[:start] + HIDDEN * (end - start) + without[end:]
    return without


def _identity(found: re.Match[str]) -> str:
    day, month, year, individual, check = found.groups()
    right = CHECK[int(day + month + year + individual) % len(CHECK)] == check[-1].upper()
    return HIDDEN * len(found.group()) if right and _is_day(int(day), int(month)) else found.group()


def _is_day(day: int, month: int) -> bool:
    """Days 41 to 71 too: codes given out for testing are masked like the others."""
    return 1 <= day % 40 <= 31 and 1 <= month <= 12


def _cards(text: str) -> Iterator[tuple[int, int]]:
    """Whole groups only. Where two readings of neighbouring groups are cards, both: better a telephone's end lost than
    a card's left."""
    groups = list(_DIGITS.finditer(text))
    for at, group in enumerate(groups):
        if text[max(0, group.start() - 1)] != "+" and not _is_abroad(group.group()) and is_card(group.group()):
            yield group.span()
        for sizes in CARD_GROUPS:
            chosen = groups[at : at + len(sizes)]
            if tuple(len(one.group()) for one in chosen) == sizes and _beside(text, chosen):
                yield chosen[0].start(), chosen[-1].end()


def _beside(text: str, groups: list[re.Match[str]]) -> bool:
    gaps = (text[one.end() : after.start()] for one, after in zip(groups, groups[1:], strict=False))
    return all(_GAP.fullmatch(gap) for gap in gaps) and is_card("".join(one.group() for one in groups))


def _is_abroad(digits: str) -> bool:
    """358 40 1234 5678 in one piece, as telephones show it; no issuer gives thirteen digits that begin so."""
    return len(digits) == SHORTEST_CARD and digits.startswith("358")


def _is_account(written: str) -> bool:
    """ISO 13616: an account number's own check sum."""
    plain = "".join(written.split())
    return int("".join(str(int(letter, 36)) for letter in plain[4:] + plain[:4])) % 97 == 1


def is_card(digits: str) -> bool:
    """ISO/IEC 7812: the Luhn sum, and a first digit that issuers use."""
    if not SHORTEST_CARD <= len(digits) <= LONGEST_CARD or digits[0] in "017":
        return False
    doubled = (int(one) * (2 if place % 2 else 1) for place, one in enumerate(reversed(digits)))
    return sum(one - 9 if one > 9 else one for one in doubled) % 10 == 0
