"""The catalogues are whole, keep their promises of length and form, and know every key the code names."""

import ast
import re
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from console.rules.fields import FIELDS
from ivr.speech.announcements import Announcements, load, speaking_seconds
from ivr.speech.catalogue import WORDS, CatalogueError, placeholders
from ivr.speech.reading_script import lines, sample_values
from ivr.turn import MinutesSpoken, WindowSpoken
from routing_rules import document

ROOT = Path(__file__).parent.parent.parent
RULES = document.parse((ROOT / "routing_rules/samples/kuopio.yaml").read_text(encoding="utf-8"))
ZONE = ZoneInfo(RULES.time_zone)
WORDS_OF_THE_SERVICE = load()
LANGUAGES = ("fi", "sv", "en")
ROOMS = ("ivr", "ivr/dialogue", "callbacks", "desks", "queue_workers", "recordings", "console")
GSM_7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
PAUSE_AFTER_OPTION = 0.4


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_announcement_and_text_can_be_said_with_sample_values(language: str) -> None:
    told = dict(line.split(": ", 1) for line in lines(language, WORDS_OF_THE_SERVICE, RULES))
    assert set(told) == set(WORDS_OF_THE_SERVICE.spoken_keys()) | set(WORDS_OF_THE_SERVICE.text_keys())
    for key, sentence in told.items():
        assert sentence.endswith("."), key
        assert "{" not in sentence, key
        assert "  " not in sentence, key
        sentence.encode("latin-1")


@pytest.mark.parametrize("language", LANGUAGES)
def test_spoken_announcements_hold_no_figures(language: str) -> None:
    for line in lines(language, WORDS_OF_THE_SERVICE, RULES):
        key, sentence = line.split(": ", 1)
        assert key.startswith("sms.") or not re.search("[0-9]", sentence), line


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_are_the_same_in_every_language(language: str) -> None:
    first, other = WORDS_OF_THE_SERVICE.catalogues["fi"], WORDS_OF_THE_SERVICE.catalogues[language]
    for mine, theirs in ((first.announcements, other.announcements), (first.texts, other.texts)):
        assert {k: placeholders(v) for k, v in mine.items()} == {k: placeholders(v) for k, v in theirs.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_key_is_said_after_its_purpose(language: str) -> None:
    """No sentence begins with its key: "paina yksi, jos ..."."""
    openings = {"fi": ("Paina ",), "sv": ("Tryck ",), "en": ("Press ",)}[language]
    for key, sentence in WORDS_OF_THE_SERVICE.catalogues[language].announcements.items():
        if key == "number.key_in":  # there the hash comes last in time too
            continue
        assert not any(part.startswith(openings) for part in sentence.split(". ")), key


def test_the_first_key_is_offered_within_eight_seconds() -> None:
    """Decided for the whole greeting: the last language's key, not only the first one's."""
    parts = [WORDS_OF_THE_SERVICE.text("greeting", language, (), RULES, ZONE) for language in LANGUAGES]
    assert sum(speaking_seconds(part) + PAUSE_AFTER_OPTION for part in parts) <= 8.0


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_message_fits_one_segment_without_telling_the_topic(language: str) -> None:
    over_midnight = WindowSpoken(
        datetime(2026, 11, 24, 10, 15, tzinfo=ZONE),
        datetime(2026, 11, 24, 11, 45, tzinfo=ZONE),
        datetime(2026, 11, 24, 10, 0, tzinfo=ZONE),
    )
    samples = {**sample_values(language, RULES), "window": over_midnight}
    for key in WORDS_OF_THE_SERVICE.text_keys():
        names = WORDS_OF_THE_SERVICE.placeholders(key)
        assert not names & {"topic", "about", "department"}, key
        values = tuple((name, samples[name]) for name in names)
        body = WORDS_OF_THE_SERVICE.sms(key, language, values, RULES, ZONE)
        assert set(body) <= GSM_7, (key, set(body) - GSM_7)
        assert len(body) <= 160, (key, len(body))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_112_sentence_stands_in_the_callers_language(language: str) -> None:
    digits = {"fi": "yksi yksi kaksi", "sv": "ett ett två", "en": "one one two"}[language]
    for key in ("emergency", "number.refused_emergency"):
        assert digits in WORDS_OF_THE_SERVICE.text(key, language, (), RULES, ZONE)


# --- keys named in code --------------------------------------------------------------------------------------------


def keys_named(tree: ast.AST) -> Iterator[str]:
    """The first argument of Say(...), and every constant that looks like a key of ours."""
    heads = {key.split(".")[0] for key in known_keys() if "." in key}
    shape = re.compile(rf"(?:{'|'.join(sorted(heads))})\.[a-z_0-9]+")
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Say" and node.args:
            if isinstance(node.args[0], ast.Constant):
                yield str(node.args[0].value)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and shape.fullmatch(node.value):
            yield node.value


def known_keys() -> set[str]:
    return set(WORDS_OF_THE_SERVICE.spoken_keys()) | set(WORDS_OF_THE_SERVICE.text_keys())


def fields_of_rules() -> set[str]:
    return {field.path for fields in FIELDS.values() for field in fields}


def sources() -> list[Path]:
    return [path for room in ROOMS for path in sorted((ROOT / room).glob("*.py"))]


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_key_named_in_code_is_in_the_catalogues(path: Path) -> None:
    column = re.compile(r"(?:agent|offer|line|call|number|message)\.(?:id|token|call_sid)")  # of a foreign key
    of_rules = fields_of_rules() if path.name == "rules_fields.py" else set()  # hours.week is a place in a ruleset
    found = set(keys_named(ast.parse(path.read_text(encoding="utf-8")))) - of_rules
    named = {key for key in found if not column.fullmatch(key)}
    assert named <= known_keys(), named - known_keys()


def test_the_scan_sees_a_missing_key() -> None:
    tree = ast.parse('Say("line.nowhere")\nkey = "offer.never" if x else "offer.slot"')
    assert set(keys_named(tree)) - known_keys() == {"line.nowhere", "offer.never"}


def says_without_a_value(tree: ast.AST) -> Iterator[str]:
    """Say("key") or Say("key", (("name", value), ...)) written out in full, but without a value the sentence needs."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Say"):
            continue
        if not node.args or not isinstance(node.args[0], ast.Constant) or any(k.arg == "values" for k in node.keywords):
            continue
        given = named_values(node.args[1]) if len(node.args) > 1 else set()
        key = str(node.args[0].value)
        if given is not None and WORDS_OF_THE_SERVICE.placeholders(key) - given:
            yield key


def named_values(node: ast.expr) -> set[str] | None:
    """None where the values are a variable: then the calls' transcripts must show it."""
    if not isinstance(node, ast.Tuple) or not all(isinstance(item, ast.Tuple) for item in node.elts):
        return None
    pairs = [item.elts[0] for item in node.elts if isinstance(item, ast.Tuple) and item.elts]
    return {str(name.value) for name in pairs if isinstance(name, ast.Constant)}


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_say_brings_the_values_of_its_sentence(path: Path) -> None:
    assert list(says_without_a_value(ast.parse(path.read_text(encoding="utf-8")))) == []


def test_the_scan_sees_a_missing_value() -> None:
    tree = ast.parse('Say("line.place")\nSay("line.wait", (("place", x),))\nSay("goodbye")\nSay("line.wait", values)')
    assert list(says_without_a_value(tree)) == ["line.place", "line.wait"]


# --- what is refused ------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(WORDS, tmp_path / "words")
    return tmp_path / "words"


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        ("sv.yaml", '  goodbye: "Hej då."\n', "", "sv.yaml: announcements.goodbye is missing"),
        ("en.yaml", '  goodbye: "Goodbye."\n', '  goodbye: "Bye."\n  extra: "X."\n', "fi.yaml: announcements.extra"),
        ("en.yaml", "You are {place} in", "You are {plaice} in", r"line.place has the placeholders \['plaice'\]"),
        ("fi.yaml", "Olet jonossa {place}.", "Olet jonossa {place.", "announcements.line.place"),
        ("fi.yaml", "Olet jonossa {place}.", "Olet jonossa {}.", "a placeholder without a name"),
        (
            "sv.yaml",
            "  keys: {star: på stjärnan",
            "  keys: {sta: på stjärnan",
            r"unknown \['sta'\], missing \['star'\]",
        ),
        ("sv.yaml", 'ti, "on", to', "ti, on, to", r"weekdays\[2\]: True is not str"),
        ("fi.yaml", "vocabulary:", "words:", "needs exactly the sections"),
        ("fi.yaml", "announcements:\n", "announcements: [\n", "cannot be read"),
    ],
)
def test_a_catalogue_that_would_leave_a_caller_without_words_is_refused(
    folder: Path, file: str, old: str, new: str, complaint: str
) -> None:
    replace(folder / file, old, new)
    with pytest.raises(CatalogueError, match=complaint):
        Announcements.load(folder)


def test_a_missing_value_and_an_unknown_key_are_refused() -> None:
    with pytest.raises(CatalogueError, match="line.place was not given the values"):
        WORDS_OF_THE_SERVICE.text("line.place", "fi", (), RULES, ZONE)
    with pytest.raises(CatalogueError, match="no announcement has the key line.nowhere"):
        WORDS_OF_THE_SERVICE.text("line.nowhere", "fi", (), RULES, ZONE)


def test_a_value_more_than_needed_does_no_harm() -> None:
    said = WORDS_OF_THE_SERVICE.text("goodbye", "fi", (("wait", MinutesSpoken(1)),), RULES, ZONE)
    assert said == "Kuulemiin."


# --- recordings -----------------------------------------------------------------------------------------------------


def recorded(tmp_path: Path, *names: str) -> Path:
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"RIFF")
    return tmp_path


def test_a_recording_stands_for_an_announcement_in_its_own_language_only(tmp_path: Path) -> None:
    found = Announcements.load(sounds=recorded(tmp_path, "sv/emergency.wav", "fi/greeting.wav"))
    assert found.sound("emergency", "sv") == "emergency.wav"
    assert found.sound("greeting", "fi") == "greeting.wav"
    assert found.sound("emergency", "fi") is None


@pytest.mark.parametrize("name", ["sv/line.place.wav", "fi/no_such_key.wav"])
def test_a_recording_that_could_not_say_its_value_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(CatalogueError, match="belongs to no announcement"):
        Announcements.load(sounds=recorded(tmp_path, name))
