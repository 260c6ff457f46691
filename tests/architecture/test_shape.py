"""The size of files and functions, and the words that must not stand in Python."""

import ast
from statistics import median

from tests.architecture.source import ROOT, checks, docstrings, modules

LONGEST_FILE, LONGEST_FUNCTION = 300, 40
LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS = {}
SPOKEN_LETTERS = set("äöåÄÖÅ")
WITH_SPOKEN_LETTERS = {
    "emulator/messages.py": "the alphabet of text messages, not a sentence",
    "ivr/speech/segments.py": "the alphabet of text messages, not a sentence",
}


def test_no_file_is_longer_than_two_screens_without_a_reason() -> None:
    long = {m.path for m in (*modules(), *checks()) if m.lines > LONGEST_FILE}
    assert long == set(LONG_FILES)


def test_files_are_short_in_the_middle() -> None:
    assert median(m.lines for m in modules() if m.lines) <= 110


def test_no_function_is_longer_than_a_screen_without_a_reason() -> None:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = ((m.path, node) for m in (*modules(), *checks()) for node in ast.walk(m.tree) if isinstance(node, kinds))
    long = {(path, f.name) for path, f in found if (f.end_lineno or 0) - f.lineno + 1 > LONGEST_FUNCTION}
    assert long == set(LONG_FUNCTIONS)


def test_every_module_says_what_lives_in_it() -> None:
    assert [m.path for m in modules() if m.lines > 0 and ast.get_docstring(m.tree) is None] == []


def test_no_sentence_of_finnish_or_swedish_stands_in_python() -> None:
    found = set()
    for module in modules():
        explained = docstrings(module.tree)
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in explained:
                continue
            if SPOKEN_LETTERS & set(node.value):
                found.add(module.path)
    assert found == set(WITH_SPOKEN_LETTERS)


def test_no_test_patches_a_dotted_path() -> None:
    """Fakes are written by hand; a patched path breaks with every renaming and proves nothing about the seam."""
    forbidden = {"unittest.mock", "mock", "pytest_mock"}
    users = [m.path for m in checks() if any(i.startswith(tuple(forbidden)) for i in m.imports())]
    assert users == []


def test_the_rooms_are_those_of_the_picture() -> None:
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert rooms == {
        "adapters", "callbacks", "console", "desks", "emulator", "ivr", "operations", "queue_workers",
        "recordings", "routing_rules", "tests",
    }  # fmt: skip
