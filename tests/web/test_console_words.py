"""The pages' catalogues: the same keys in each language, and words for every code the pages can show."""

import re
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter
from zoneinfo import ZoneInfo

import pytest

from callbacks.model import OPEN_STATES
from console.history_words import told_as
from console.wording import Wording
from console.words import PAGE_LANGUAGES, page_words
from desks.line.machine import FINAL_LINE_STATES, LINE
from desks.line.offer_machine import OPEN_OFFER_STATES
from desks.matter.model import Happening, Kind
from desks.service import DECLINE_REASONS, OUTCOMES, PRESENCES
from desks.view.desk import WITHOUT_HER_DOING

RECORDED = ("starting", "running", "pausing", "paused", "held", "resuming", "over", "failed", "declined", "untold")
TEMPLATES = Path(__file__).parents[2] / "console" / "templates" / "console"
USED = re.compile(r"""\bt\(\s*["']([a-z_.0-9]+[a-z0-9])["']\s*[,)]""")


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
def test_every_language_says_everything(language: str) -> None:
    ours, finnish = page_words(language).words, page_words("fi").words
    assert set(ours) == set(finnish)
    for key, words in ours.items():
        assert words.strip(), key
        assert _values(words) == _values(finnish[key]), key


def _values(words: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(words) if name}


def test_every_key_in_a_template_has_words() -> None:
    known = set(page_words("fi").words)
    for template in TEMPLATES.glob("*.html"):
        missing = set(USED.findall(template.read_text(encoding="utf-8"))) - known
        assert not missing, f"{template.name}: {missing}"


def test_every_code_that_a_page_can_show_has_words() -> None:
    known = set(page_words("fi").words)
    line_states = {to for to in LINE.transitions.values()} - FINAL_LINE_STATES
    wanted = (
        {f"presence.{state}" for state in PRESENCES}
        | {f"empty.{state}" for state in PRESENCES}
        | {f"decline.{reason}" for reason in DECLINE_REASONS}
        | {f"outcome.{outcome}" for outcome in OUTCOMES}
        | {f"last.{outcome}" for outcome in WITHOUT_HER_DOING}
        | {f"matter.{state}" for state in OPEN_OFFER_STATES}
        | {f"state.{state}" for state in (*OPEN_STATES, *line_states)}
        | {f"kind.{kind}" for kind in ("live", "asap", "slot", "retry")}
        | {f"talk.recording.{state}" for state in RECORDED}
        | {f"why.{clause}" for clause in ("urgent", "needed", "place", "slot")}
        | {
            f"board.item.{kind}"
            for kind in ("needs_human", "unreached", "untold", "unnoted", "duty_unanswered", "interpreter")
        }
    )
    assert wanted <= known, wanted - known


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
@pytest.mark.parametrize("kind", ["nav", "title"])
def test_no_two_pages_are_called_the_same(language: str, kind: str) -> None:
    """Two entries of one name in the menu: nobody knows which is which."""
    names = [words for key, words in page_words(language).words.items() if key.startswith(f"{kind}.")]
    assert len(names) == len(set(names)), names


def test_shortcut_keys_of_a_language_are_all_different() -> None:
    for language in PAGE_LANGUAGES:
        keys = [words for key, words in page_words(language).words.items() if key.startswith("key.")]
        assert len(set(keys)) == len(keys) == 32, language


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
@pytest.mark.parametrize(
    ("kind", "step", "codes", "key"),
    [
        ("event", "missed", {"note": "interpreter", "outcome": "bad_moment"}, "history.event.missed.interpreter"),
        ("event", "missed", {"note": "in writing", "outcome": "done"}, "history.event.missed.in_writing"),
        ("event", "missed", {"outcome": "done"}, "history.event.missed.in_writing"),
        ("event", "missed", {"outcome": "unnoted"}, "history.event.missed.in_writing"),
        ("event", "done", {"note": "abusive"}, "history.event.done.abusive"),
        ("event", "served", {"note": "abusive"}, "history.event.done.abusive"),
        ("line", "part", {"note": "abusive"}, "history.event.done.abusive"),
        ("line", "close_line", {"note": "no choice"}, "history.line.close_line.no_choice"),
        ("line", "close_line", {"state": "closing"}, "history.line.close_line"),
        ("event", "wish", {"note": "interpreter"}, "history.event.wish.interpreter"),
    ],
)
def test_what_is_known_by_code_has_a_sentence_of_its_own(
    language: str, kind: Kind, step: str, codes: dict[str, str], key: str
) -> None:
    t, now = page_words(language), datetime(2026, 11, 24, 8, 12, tzinfo=UTC)
    told = told_as(Wording(t, ZoneInfo("Europe/Helsinki"), now), Happening(now, kind, step, "aino", codes=codes))
    assert told.sentence == t(key)
