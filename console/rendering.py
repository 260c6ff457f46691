"""What every template of the console is given: words, times, the person, the form's word."""

from collections.abc import Callable
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask import g, request

from console import guard, on_air
from console.wording import Wording
from console.words import DEFAULT_LANGUAGE, PAGE_LANGUAGES, page_words
from recordings import listening
from recordings.access import Listener

if TYPE_CHECKING:
    from bootstrap import Services

LANGUAGE_COOKIE = "console_language"


def page_language() -> str:
    """By either name of its cookie (``guard.cookie``): whoever plants a language plants no more than that."""
    chosen = request.cookies.get(f"__Host-{LANGUAGE_COOKIE}") or request.cookies.get(LANGUAGE_COOKIE)
    return chosen if chosen in PAGE_LANGUAGES else DEFAULT_LANGUAGE


def wording(services: "Services") -> Wording:
    zone = ZoneInfo(services.rules.current().time_zone)
    return Wording(page_words(page_language()), zone, services.clock.now())


def context(services: "Services") -> dict[str, object]:
    """``csrf`` is a function: only a page that has a form makes a form cookie."""
    language = page_language()
    csrf: Callable[[], str] = lambda: guard.csrf_token(services)  # noqa: E731
    return {
        "t": page_words(language),
        "language": language,
        "page_languages": PAGE_LANGUAGES,
        "wording": wording(services),
        "city": services.rules.current().city.get(language, ""),
        "person": g.get("signed_in"),
        "supervises": bool(g.get("signed_in") and g.signed_in.role in guard.SUPERVISORS),
        "csrf": csrf,
        "hers_to_hear": lambda recording_id: _hers_to_hear(services, recording_id),
        "on_air": on_air.everything(services, g.signed_in, language) if g.get("signed_in") else (),
        "topic_names": {topic.id: topic.name[language] for topic in services.rules.current().topics},
    }


def _hers_to_hear(services: "Services", recording_id: str) -> bool:
    """A desk that answers for others sees that there is a sound; no button promises what will be refused."""
    person = g.signed_in
    return listening.seen(services, Listener(person.agent_id, person.role, person.scope), recording_id) is not None
