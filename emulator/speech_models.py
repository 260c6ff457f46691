"""Which speech model understands which language in a Gather; what is not known there is refused. Source:
https://www.twilio.com/docs/voice/twiml/gather

Only data and one question.
"""

from emulator.history import Problem

ENGLISH = frozenset({"en-US", "en-GB", "en-AU"})
DEFAULT = ENGLISH | {"fi-FI", "sv-SE", "de-DE", "fr-FR", "es-ES", "et-EE", "ru-RU", "uk-UA", "ar-SA", "nb-NO", "da-DK"}

MODELS: dict[str, frozenset[str]] = {
    "default": frozenset(DEFAULT),
    "numbers_and_commands": ENGLISH | {"fi-FI", "sv-SE"},
    "phone_call": ENGLISH | {"fr-FR", "fr-CA", "ja", "ru", "es-US", "es-ES", "pt-BR"},
    "experimental_conversations": ENGLISH | {"fi-FI"},
    "experimental_utterances": ENGLISH | {"fi-FI"},
    "googlev2_long": ENGLISH,
    "googlev2_short": ENGLISH,
    "googlev2_telephony": ENGLISH,
    "googlev2_telephony_short": ENGLISH,
    "deepgram_nova-2": ENGLISH | {"fi", "sv", "sv-SE"},  # the code goes to the provider unchanged: no fi-FI there
    "deepgram_nova-3": ENGLISH,
}


def wrong(model: str | None, language: str) -> Problem | None:
    """Why the gather fails; None where the model understands the language."""
    understood = MODELS.get(model or "default")
    if understood is None:
        return Problem(13334, f"speechModel {model}")
    if language not in understood:
        return Problem(13331, f"language {language} with speechModel {model or 'default'}")
    return None
