"""Whole forms of the console that are wrong: too large, no text, another kind of body, or with somebody else's word."""

import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import cycle
from urllib.parse import quote_from_bytes

import pytest
from werkzeug.test import TestResponse

from console.guard import LARGEST_DOCUMENT, LARGEST_POST, WITH_DOCUMENTS
from console.pages import ROUTES, Route
from tests.hostile.console_rig import ENDS_HER_SESSION, Console
from tests.hostile.keeps_words import KEEPS_WORDS
from tests.support.telephone import FORM

POSTED = [route for route in ROUTES if route.method == "POST" and route.name not in ENDS_HER_SESSION]
INSTEAD = "\ufffd"  # what stands where bytes were no text
DEEP = b"[" * 5_000
FORMS_ONLY = ("language", "rules_begin")  # they read no JSON: to them such a body is an empty form
CPU_SECONDS = 0.5  # for any one request; the usual one takes a hundredth of it

Written = Callable[[Mapping[str, str]], bytes]


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    made = Console.at(tmp_path_factory.mktemp("whole-forms"))
    yield made
    made.city.services.database.dispose()


@pytest.fixture(autouse=True)
def failures(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


def sent(console: Console, route: Route, body: bytes, kind: str, word: str | None = None) -> TestResponse:
    browser = console.browsers[console.who(route)]
    headers = {"X-CSRF-Token": browser.word if word is None else word}
    return browser.client.post(console.address(route), data=body, content_type=kind, headers=headers)


def judged(console: Console, route: Route, body: bytes, kind: str) -> list[str]:
    """What it did that it should not have; the record is as before afterwards."""
    begun = time.process_time()
    answer = sent(console, route, body, kind)
    spent = time.process_time() - begun
    told = f"{route.name} {kind[:30]} {body[:40]!r} -> {answer.status_code}"
    found = [told] if answer.status_code >= 500 else []
    found += [f"{told}: {spent:.2f} s"] if spent > CPU_SECONDS else []
    if console.record.changed():
        if answer.status_code >= 400 and not console.record.only_notes_changed():
            found.append(f"{told}: refused, and the record is another")
        found += [f"{told}: kept in {column}" for column in console.record.held_in(INSTEAD) - KEEPS_WORDS]
        console.put_back()
    return found


def encoded(pairs: Mapping[str, str], end: bytes = b"") -> bytes:
    """As a browser writes a form; each value ends in ``end``."""
    return b"&".join(
        f"{quote_from_bytes(name.encode())}={quote_from_bytes(value.encode())}".encode() + end
        for name, value in pairs.items()
    )


def test_a_form_that_is_too_large_is_refused_unread(console: Console) -> None:
    wrong = []
    for route in POSTED:
        much = (LARGEST_DOCUMENT if route.name in WITH_DOCUMENTS else LARGEST_POST) + 1
        as_json = json.dumps({"note": "a" * much}).encode()
        for body, kind in ((b"note=" + b"a" * much, FORM), (as_json, "application/json")):
            status = sent(console, route, body, kind).status_code
            wrong += [(route.name, kind, status)] if status not in (400, 403, 413) else []
    assert wrong == []
    assert not console.record.changed()


BROKEN: dict[str, Written] = {
    "broken UTF-8": lambda pairs: encoded(pairs, b"\xff\xc3("),
    "broken UTF-8, escaped": lambda pairs: encoded(pairs, b"%ff%c3%28"),
    "a lone surrogate": lambda pairs: encoded(pairs, b"%ed%a0%80"),
    "latin-1": lambda pairs: encoded(pairs, "ä".encode("latin-1")),
    "percent garbage": lambda pairs: encoded(pairs, b"%zz%f%"),
    "UTF-16": lambda pairs: encoded(pairs).decode().encode("utf-16"),
    "with a mark before it": lambda pairs: b"\xef\xbb\xbf" + encoded(pairs),
    "only ampersands": lambda pairs: b"&&&&====&",
    "three thousand fields": lambda pairs: encoded(pairs) + b"".join(b"&%d=" % at for at in range(3_000)),
    "a name as long as a form": lambda pairs: encoded(pairs)[:2_000] + b"&" + b"n" * 12_000 + b"=1",
}


def test_bytes_that_are_no_text_are_refused_or_are_words_where_words_are_kept(console: Console) -> None:
    """In turn, so that each of them comes to some eight deeds."""
    wrong: list[str] = []
    for way, route in zip(cycle(BROKEN.values()), POSTED, strict=False):
        wrong += judged(console, route, way(console.base_of_table(route)), FORM)
    assert wrong == []


JSON, PARTS = "application/json", "multipart/form-data; boundary=x"
PART = b"--x\r\nContent-Disposition: form-data"
OTHER_BODIES: tuple[tuple[str, bytes], ...] = (
    *((JSON, body) for body in (b"[]", b'"x"', b"5", b"null", b"", b"{", b'\xff\xfe{"a": 1}', b'{"a": NaN}')),
    *((JSON, body) for body in (b'{"a": {"b": 1}}', b'{"a": [1, 2]}', b'{"a": 1e999}', b'{"": ""}')),
    *((JSON, body) for body in (DEEP, DEEP + b"]" * 5_000, b'{"a":' * 3_000, b'{"a": ' + b"9" * 9_000 + b"}")),
    ("text/plain", b"note=1"),
    ("text/xml", b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]><x>&y;</x>"),
    ("application/octet-stream", bytes(range(256))),
    *((PARTS, PART + end) for end in (b"\r\n\r\n1\r\n--x--", b'; name="note"; filename="a"\r\n\r\n1\r\n--x--\r\n')),
    (PARTS, (PART + b"; name=a\r\n\r\n1\r\n") * 300 + b"--x--\r\n"),
    ("multipart/form-data; boundary=", b"--\r\n\r\n"),
    ("multipart/form-data", b"--x"),
    ("", b"note=1"),
    ("x/y; a=\xff", b"note=1"),
    ("application/x-www-form-urlencoded; charset=utf-7", b"note=+ADw-script+AD4-"),
)


def test_another_kind_of_body_is_refused_or_is_an_empty_form(console: Console) -> None:
    """Each deed gets two of them, in turn."""
    bodies, wrong = cycle(OTHER_BODIES), []
    for route in (*POSTED, *POSTED):
        kind, body = next(bodies)
        wrong += judged(console, route, body, kind)
    assert wrong == []


def test_json_that_holds_something_else_than_words_is_refused(console: Console) -> None:
    """In the place of what each deed really reads, with all else as it should be."""
    wrong: list[str] = []
    for route in POSTED:
        base = console.base_of_table(route)
        for name in base if route.name not in FORMS_ONLY else ():
            for odd in ({"x": 1}, ["x"], 1e308):
                body = json.dumps({**base, name: odd}).encode()
                status = sent(console, route, body, JSON).status_code
                wrong += [f"{route.name} {name}={odd} -> {status}"] if not 400 <= status < 500 else []
    changed = console.record.changed() and not console.record.only_notes_changed()
    console.put_back()
    assert wrong == []
    assert not changed


def test_the_word_of_another_session_does_no_deed(console: Console) -> None:
    wrong = []
    for route in POSTED:
        other = next(one for name, one in console.browsers.items() if name != console.who(route))
        status = sent(console, route, encoded(console.base_of_table(route)), FORM, other.word).status_code
        wrong += [(route.name, status)] if status != 403 else []
    assert wrong == []
    assert not console.record.changed()
