"""The same turns as plain text, line by line."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from ivr import plain
from ivr.speech.announcements import load
from ivr.turn import (
    DialConference,
    DialNumber,
    DigitsSpoken,
    Enqueue,
    Gather,
    Hangup,
    KeySpoken,
    LeaveQueue,
    MinutesSpoken,
    Music,
    OrdinalSpoken,
    Pause,
    Redirect,
    Say,
    TopicSpoken,
    Turn,
    WindowSpoken,
)
from routing_rules import document

RULES = document.parse(Path("routing_rules/samples/kuopio.yaml").read_text(encoding="utf-8"))
WORDS = load()
TUESDAY = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Europe/Helsinki"))


def printed(turn: Turn) -> list[str]:
    return plain.render(turn, WORDS, RULES).splitlines()


def test_the_greeting_marks_the_languages_that_are_not_the_turns_own() -> None:
    spoken = tuple(Say("greeting", language=language) for language in ("fi", "sv", "en"))
    assert printed(Turn("fi", (Gather(spoken, "/language"), Redirect("/again")))) == [
        "Kuopion kaupunki. Suomeksi: paina yksi.",
        "(sv) På svenska: tryck två.",
        "(en) In English: press three.",
        "[Gather 1, 7 s -> /language]",
        "[Redirect -> /again]",
    ]


def test_a_swedish_promise() -> None:
    window = WindowSpoken(TUESDAY.replace(hour=13), TUESDAY.replace(hour=14), TUESDAY)
    turn = Turn(
        "sv",
        (
            Say("thanks"),
            Say("promise.told", (("about", TopicSpoken("housing", "about")), ("window", window))),
            Say("promise.code", (("code", DigitsSpoken("204519")),)),
            Say("promise.same_number"),
            Say("promise.may_hang_up"),
            Hangup(),
        ),
    )
    assert printed(turn) == [
        "Tack.",
        "Vi ringer dig om ditt boendeärende i dag mellan klockan tretton och fjorton.",
        "Ditt kontrollnummer är två noll fyra, fem ett nio.",
        "Samtalet kommer från samma nummer som du nu ringde till.",
        "Du kan lägga på luren.",
        "[Hangup]",
    ]


def test_a_menu_and_the_line() -> None:
    turn = Turn(
        "fi",
        (
            Say("menu.option", (("topic", TopicSpoken("housing-building-water")), ("key", KeySpoken("1")))),
            Say("line.waiting_first"),
            Say("line.place", (("place", OrdinalSpoken(4)),)),
            Say("line.wait", (("wait", MinutesSpoken(10)),)),
            Gather((Say("number.key_in"), Music(8)), "/number", digits=None, timeout=5),
            Enqueue("line-1", "/wait", "/left"),
        ),
    )
    assert printed(turn) == [
        "Asuminen, rakentaminen ja vesi: paina yksi.",
        "Kaikki neuvojamme palvelevat nyt muita.",
        "Olet jonossa neljäntenä.",
        "Odotusaika on noin kymmenen minuuttia.",
        "Näppäile puhelinnumero, johon haluat meidän soittavan. Paina lopuksi ruutua.",
        "[Music 8 s]",
        "[Gather until #, 5 s -> /number]",
        "[Enqueue line-1 -> /left]",
    ]


def test_what_is_not_spoken() -> None:
    turn = Turn("fi", (Pause(1), DialNumber("+358401234567", "/over"), DialConference("m-1", "/over"), LeaveQueue()))
    assert printed(turn) == [
        "[Pause 1 s]",
        "[Dial +358401234567, 20 s -> /over]",
        "[Conference m-1 -> /over]",
        "[Leave]",
    ]
