"""Which telephone numbers the city rings back: normalised to E.164, or refused for a reason that can be said in words.

An edge: the one home of phonenumbers. ``is_valid_number`` is no filter (expensive service numbers are valid), so
Finnish ranges are refused by their beginnings first, and afterwards only kinds of line known to be harmless pass.
"""

import unicodedata

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

from callbacks.model import Refused

WITHHELD = "withheld"
EMERGENCY = "emergency"
SERVICE = "service"
PREMIUM = "premium"
FOREIGN = "foreign"
OWN = "own"
MALFORMED = "malformed"
NOT_A_LINE = "not_a_line"

# What Twilio shows for a withheld number, spelt on a keypad: ANONYMOUS, UNAVAILABLE, UNKNOWN, BLOCKED, RESTRICTED.
LOOK_ALIKES = frozenset({"266696687", "86282452253", "8656696", "2562533", "7378742833"})
NOT_TELEPHONES = ("client:", "sip:", "sips:", "whatsapp:")
EMERGENCY_DIALLED = frozenset({"112", "911", "999", "000"})
FINNISH_EMERGENCY = ("112",)
FINNISH_PREMIUM = ("60", "70")
FINNISH_SERVICE = ("10", "116", "118", "20", "29", "30", "71", "73", "75", "80")
WORLD_PREMIUM = ("979", "808")  # international premium and shared cost: country codes of no country
LINES = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
FINLAND = 358
LONGEST = 40  # more than any spelling of a number
_SPELLING = frozenset("0123456789+-()./ ")


def callable_number(
    raw: str | None,
    own_numbers: frozenset[str],
    countries: tuple[str, ...],
    allowed: frozenset[str] = frozenset(),
) -> str | Refused:
    """``allowed``: the city's explicit list of further numbers (E.164), such as other offices' business numbers.
    It opens neither emergency nor premium ranges, nor our own numbers: that would be a loop."""
    text = plain(raw or "")
    if reason := _no_number(text):
        return Refused(reason)
    number = _parsed(text, countries)
    if number is None:
        return Refused(EMERGENCY if text in EMERGENCY_DIALLED else MALFORMED)
    e164 = _e164(number)
    if e164 in own_numbers:
        return Refused(OWN)
    if reason := _refused_range(text, number):
        return Refused(reason)
    if e164 in allowed:
        return e164
    if reason := _refused_kind(number, countries):
        return Refused(reason)
    return e164


def shown_e164(raw: str | None, countries: tuple[str, ...]) -> str:
    """The number a telephone shows, also one that the city would not ring; "" withheld, or none at all."""
    text = plain(raw or "")
    number = None if _no_number(text) else _parsed(text, countries)
    return "" if number is None else _e164(number)


def keyed_to_e164(digits: str, countries: tuple[str, ...]) -> str | Refused:
    """A number keyed on a telephone ("0401234567", "00358401234567") as E.164; not yet known to be callable."""
    text = plain(digits)
    if not (text.isascii() and text.isdigit()) or len(text) > LONGEST:
        return Refused(MALFORMED)
    number = _parsed(text, countries)
    return Refused(MALFORMED) if number is None else _e164(number)


def takes_texts(e164: str) -> bool:
    """A mobile number; a text to a landline is refused or read to nobody."""
    kind = phonenumbers.number_type(phonenumbers.parse(e164))
    return kind in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


def plain(text: str) -> str:
    """ASCII digits for full-width, Arabic-Indic and other ones; without marks that turn the writing direction."""
    if text.isascii() and text.isprintable():
        return text.strip()
    kept = (c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) not in ("Cf", "Cc"))
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in kept).strip()


def _no_number(text: str) -> str | None:
    lowered = text.lower()
    if lowered.startswith(NOT_TELEPHONES):
        return NOT_A_LINE
    digits = "".join(c for c in text if c.isdigit())
    if not digits or digits in LOOK_ALIKES:
        return WITHHELD
    if len(text) > LONGEST or not set(lowered.removeprefix("tel:")) <= _SPELLING:
        return MALFORMED  # tails that a telephone would dial on (",,600", ";ext=9") are refused, not cut
    return None


def _parsed(text: str, countries: tuple[str, ...]) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text.lower().removeprefix("tel:"), countries[0] if countries else "FI")
    except phonenumbers.NumberParseException:
        return None


def _e164(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _national(number: PhoneNumber) -> str:
    """Without the noughts that the parser keeps where the rest is no valid number ("0112")."""
    return phonenumbers.national_significant_number(number).lstrip("0")


def _refused_range(text: str, number: PhoneNumber) -> str | None:
    if text in EMERGENCY_DIALLED:
        return EMERGENCY
    if str(number.country_code) in WORLD_PREMIUM:
        return PREMIUM
    if number.country_code != FINLAND:
        return None
    national = _national(number)
    if national.startswith(FINNISH_EMERGENCY):
        return EMERGENCY
    return PREMIUM if national.startswith(FINNISH_PREMIUM) else None


def _refused_kind(number: PhoneNumber, countries: tuple[str, ...]) -> str | None:
    national = _national(number)
    if number.country_code == FINLAND and national.startswith(FINNISH_SERVICE):
        return SERVICE
    region = phonenumbers.region_code_for_number(number)
    if number.country_code not in {phonenumbers.country_code_for_region(c) for c in countries}:
        return FOREIGN
    kind = phonenumbers.number_type(number)  # unknown is what no numbering plan has: the same as not valid
    if kind == PhoneNumberType.UNKNOWN:
        return MALFORMED
    if region not in countries:
        return FOREIGN
    if kind == PhoneNumberType.PREMIUM_RATE:
        return PREMIUM
    return None if kind in LINES else NOT_A_LINE
