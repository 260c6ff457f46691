"""Values as figures, as they stand in a text message."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ivr.speech.announcements import load
from ivr.speech.written import in_figures
from ivr.turn import DigitsSpoken, MomentSpoken, PhoneSpoken, Value, WindowSpoken
from routing_rules import document

ZONE = ZoneInfo("Europe/Helsinki")
RULES = document.parse(Path("routing_rules/samples/kuopio.yaml").read_text(encoding="utf-8"))
CATALOGUES = load().catalogues
LANGUAGES = ("fi", "sv", "en")


def local(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=ZONE)


def written(value: Value) -> tuple[str, ...]:
    return tuple(in_figures(value, x, CATALOGUES[x].vocabulary, RULES, ZONE) for x in LANGUAGES)


@pytest.mark.parametrize(
    ("start", "end", "finnish", "swedish", "english"),
    [
        (
            "2026-11-24T13:00",
            "2026-11-24T14:00",
            "ti 24.11. klo 13-14",
            "ti 24.11 kl. 13-14",
            "Tue 24 Nov between 13:00 and 14:00",
        ),
        (
            "2026-11-25T08:05",
            "2026-11-25T10:30",
            "ke 25.11. klo 8.05-10.30",
            "on 25.11 kl. 8.05-10.30",
            "Wed 25 Nov between 8:05 and 10:30",
        ),
        (
            "2026-11-24T22:00",
            "2026-11-25T00:00",
            "ti 24.11. klo 22-24",
            "ti 24.11 kl. 22-24",
            "Tue 24 Nov between 22:00 and 24:00",
        ),
    ],
)
def test_windows_in_a_text_message_are_figures_with_a_date(
    start: str, end: str, finnish: str, swedish: str, english: str
) -> None:
    value = WindowSpoken(local(start), local(end), local("2026-11-24T10:00"))
    assert written(value) == (finnish, swedish, english)


def test_a_window_over_midnight_names_both_days() -> None:
    value = WindowSpoken(local("2026-11-24T23:30"), local("2026-11-25T00:30"), local("2026-11-24T10:00"))
    assert written(value)[0] == "ti 24.11. klo 23.30 - ke 25.11. klo 0.30"


def test_moments_numbers_and_codes() -> None:
    now = local("2026-11-24T10:30")
    assert written(MomentSpoken(local("2026-11-24T10:05"), now)) == (
        "ti 24.11. klo 10.05",
        "ti 24.11 kl. 10.05",
        "Tue 24 Nov at 10:05",
    )
    assert written(PhoneSpoken("+358401234567")) == ("040 123 4567",) * 3
    assert written(DigitsSpoken("004519")) == ("004519",) * 3
