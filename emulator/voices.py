"""Which voice speaks which language, as the provider's library lists them; a pair outside this table is error 13512."""

from itertools import product

BASIC = frozenset({"man", "woman", "alice"})
BASIC_LANGUAGES = frozenset({"en-GB", "en-US"})

CHIRP = ("Aoede", "Charon", "Fenrir", "Kore", "Leda", "Orus", "Puck", "Zephyr")


def _google(language: str, families: str, letters: str) -> frozenset[str]:
    pairs = product(families.split(), letters)
    return frozenset(f"Google.{language}-{family}-{letter}" for family, letter in pairs)


def _amazon(names: str) -> frozenset[str]:
    return frozenset(f"Polly.{name}" for name in names.split())


VOICES: dict[str, frozenset[str]] = {
    "fi-FI": _amazon("Suvi-Neural") | _google("fi-FI", "Standard Wavenet", "AB"),
    "sv-SE": _amazon("Elin-Neural Astrid") | _google("sv-SE", "Standard Wavenet", "ABCDEFG"),
    "en-GB": _amazon(
        "Amy Amy-Neural Amy-Generative Emma Emma-Neural Brian Brian-Neural Arthur-Neural",
    )
    | _google("en-GB", "Standard Wavenet Neural2", "ABCDFNO")
    | frozenset(f"Google.en-GB-Chirp3-HD-{name}" for name in CHIRP),
}


def speaks(voice: str | None, language: str | None) -> bool:
    """A voice alone decides its language; a language alone must have a voice; neither: the account's default."""
    if voice is None and language is None:
        return True
    if voice is None:
        return language in VOICES or language in BASIC_LANGUAGES
    if voice in BASIC:
        return language is None or language in BASIC_LANGUAGES
    if language is None:
        return any(voice in known for known in VOICES.values())
    return voice in VOICES.get(language, frozenset())
