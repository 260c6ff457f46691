"""What is wrong with one answer: invalid, a dead end, a wrong language, a key that comes too late, silence."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import yaml

from emulator.twiml_tables import Context
from tests.crawl.explore import HANGS_UP, Branch, is_ours
from tests.crawl.played import Asks, HangsUp, Played, RunsOut, places, queue_of
from tests.crawl.words import CODES, Words, foreign

FIRST_KEY_SECONDS = 8.0
KEY_TIMEOUT = 7
LONGEST_SILENCE = 3.0
TALKED = ("telephone completed", "telephone answered", "telephone canceled", "line hangup", HANGS_UP)
FIGURE = re.compile("[0-9]")


@dataclass(frozen=True)
class Fault:
    kind: str  # invalid | dead end | language | first key | offer | silence | key
    what: str
    path: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.kind}: {self.what}  [{' > '.join(self.path)}]"


@cache
def meanings() -> Mapping[str, tuple[str, ...]]:
    read = yaml.safe_load((Path(__file__).parent / "meanings.yaml").read_text(encoding="utf-8"))
    return {name: tuple(keys) for name, keys in read.items()}


def means(key: str | None, meaning: str) -> bool:
    return key is not None and any(
        key.startswith(known[:-1]) if known.endswith("*") else key == known for known in meanings()[meaning]
    )


def any_means(keys: Iterable[str | None], meaning: str) -> bool:
    return any(means(key, meaning) for key in keys)


def faults_of(branch: Branch, words: Words) -> Iterator[Fault]:
    for kind, what in _found(branch, words):
        yield Fault(kind, f"{urlsplit(branch.url).path}: {what}", branch.path)


def _found(branch: Branch, words: Words) -> Iterator[tuple[str, str]]:
    if branch.answer.status != (204 if branch.name == HANGS_UP else 200):
        yield "invalid", f"answered with {branch.answer.status}: {branch.answer.body[:80]}"
        return
    for problem in branch.played.problems:
        yield "invalid", problem
    for url in places(branch.played.next):
        if not is_ours(url):
            yield "invalid", f"leads out of the house: {url[:60]}"
    if any_means(words.keys_of(branch.played), "fault_of_ours"):
        yield "invalid", "the caller hears of a technical fault, and there is none"
    yield from (("dead end", what) for what in _dead_ends(branch, words))
    yield from (("language", what) for what in _languages(branch))
    yield from _times(branch, words)


def _dead_ends(branch: Branch, words: Words) -> Iterator[str]:
    played = branch.played
    match played.next:
        case RunsOut():
            yield "the document ends and nothing follows"
        case HangsUp() if not played.said:
            if branch.name not in TALKED:
                yield "hung up without a word"
        case HangsUp():
            yield from _farewell(words.keys_of(played))
        case Asks() if not played.next.posts_silence and played.next.otherwise is None:
            yield "a question that does not hear silence"
        case Asks() if branch.context is Context.CALL and not words.told_keys(played):
            yield "a question without a key"


def _farewell(keys: tuple[str | None, ...]) -> Iterator[str]:
    if not means(keys[-1], "farewells"):
        yield f"ends without a goodbye: {keys}"
    elif not any_means(keys, "served") and not any_means(keys, "emergency"):
        yield f"ends without help and without the emergency number: {keys}"


def _languages(branch: Branch) -> Iterator[str]:
    expected = _expected(branch.played)
    for one in branch.played.said:
        language = CODES.get(one.language)
        if language is None:
            yield f"language {one.language}: {one.text[:40]}"
        elif expected and language != expected:
            yield f"said in {language}, chosen was {expected}: {one.text[:60]}"
        elif (sounds := foreign(one.text, language)) is not None:
            yield f"sounds like {sounds}, is said in {language}: {one.text[:60]}"
        if FIGURE.search(one.text):
            yield f"a figure is said: {one.text[:60]}"
    for sound in branch.played.sounds:
        named = re.search(r"/voice/sound/(fi|sv|en)/", sound)
        if named and expected and named[1] != expected:
            yield f"plays {sound}, chosen was {expected}"


def _expected(played: Played) -> str:
    """The language the call goes on in; empty before one is chosen."""
    chosen = {dict(parse_qsl(urlsplit(url).query)).get("lang", "") for url in places(played.next)}
    return chosen.pop() if len(chosen) == 1 else ""


def _times(branch: Branch, words: Words) -> Iterator[tuple[str, str]]:
    played = branch.played
    waiting = branch.context is Context.QUEUE_WAIT
    asks_before_the_line = queue_of(played.next) is not None  # where the key counts as well
    if isinstance(played.next, Asks) and not (waiting or asks_before_the_line) and played.next.timeout < KEY_TIMEOUT:
        yield "key", f"{played.next.timeout} s to press a key"
    silent = played.longest_silence
    if waiting and isinstance(played.next, Asks):
        silent = max(silent, float(played.next.timeout))
    if silent > LONGEST_SILENCE:
        yield "silence", f"{silent:.0f} s of silence"
    if branch.path == ("rings",):
        told = words.told_keys(played)
        last = max(told.values(), default=99.0)
        if last > FIRST_KEY_SECONDS:
            yield "first key", f"offered after {last:.1f} s"
