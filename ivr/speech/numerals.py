"""A whole number in words, composed from one series of a vocabulary. Pure."""

from ivr.speech.vocabulary import Numerals


def in_words(number: int, numerals: Numerals) -> str:
    """Zero to 999, or to 99 where the series has no hundreds; ValueError beyond."""
    if number < 0 or number > (999 if numerals.hundred else 99):
        raise ValueError(f"no words for the number {number}")
    if number < 100:
        return _below_hundred(number, numerals)
    count, rest = divmod(number, 100)
    hundreds = numerals.hundred if count == 1 else numerals.hundreds.format(unit=numerals.below_twenty[count])
    if rest == 0:
        return hundreds
    return numerals.hundreds_and_rest.format(hundreds=hundreds, rest=_below_hundred(rest, numerals))


def _below_hundred(number: int, numerals: Numerals) -> str:
    if number < 20:
        return numerals.below_twenty[number]
    tens, unit = divmod(number, 10)
    if unit == 0:
        return numerals.tens[tens - 2]
    return numerals.tens_and_unit.format(tens=numerals.tens_before_unit[tens - 2], unit=numerals.below_twenty[unit])


def digits_in_words(groups: tuple[str, ...], numerals: Numerals, plus: str) -> str:
    """Digit by digit, a comma's pause between the groups."""
    words = {str(digit): numerals.below_twenty[digit] for digit in range(10)} | {"+": plus}
    return ", ".join(" ".join(words[digit] for digit in group if digit in words) for group in groups)
