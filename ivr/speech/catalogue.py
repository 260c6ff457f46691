"""Reads the catalogues of words and refuses one that is incomplete, so that no caller meets a missing sentence.

Every key stands in every language with the same placeholders. ``{city}`` is implicit: it may stand anywhere.
"""

import dataclasses
import string
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import GenericAlias
from typing import Any, get_args, get_origin, get_type_hints

import yaml

from ivr.speech.vocabulary import Vocabulary

IMPLICIT = frozenset({"city"})
SECTIONS = ("announcements", "texts", "vocabulary")
WORDS = Path(__file__).parent / "words"


class CatalogueError(ValueError):
    """A catalogue cannot be used; the message says where and why."""


@dataclasses.dataclass(frozen=True)
class Catalogue:
    language: str
    announcements: Mapping[str, str]
    texts: Mapping[str, str]
    vocabulary: Vocabulary


def load(folder: Path, languages: tuple[str, ...]) -> Mapping[str, Catalogue]:
    catalogues = {language: _read(folder / f"{language}.yaml", language) for language in languages}
    reference = catalogues[languages[0]]
    for catalogue in catalogues.values():
        _compare(
            "announcements", reference.language, reference.announcements, catalogue.language, catalogue.announcements
        )
        _compare("texts", reference.language, reference.texts, catalogue.language, catalogue.texts)
    return catalogues


@cache
def placeholders(sentence: str) -> frozenset[str]:
    """Names in braces, without the implicit ones."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None) - IMPLICIT


def _read(path: Path, language: str) -> Catalogue:
    try:
        node = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise CatalogueError(f"{path.name}: cannot be read: {error}") from error
    if not isinstance(node, dict) or set(node) != set(SECTIONS):
        raise CatalogueError(f"{path.name}: needs exactly the sections {', '.join(SECTIONS)}")
    sentences = {section: _sentences(node[section], f"{path.name}: {section}") for section in SECTIONS[:2]}
    vocabulary = _build(Vocabulary, node["vocabulary"], f"{path.name}: vocabulary")
    return Catalogue(language, sentences["announcements"], sentences["texts"], vocabulary)


def _sentences(node: object, where: str) -> Mapping[str, str]:
    found = _build(Mapping[str, str], node, where)
    for key, sentence in found.items():
        try:
            names = placeholders(sentence)
        except ValueError as error:
            raise CatalogueError(f"{where}.{key}: {error}") from error
        if "" in names:
            raise CatalogueError(f"{where}.{key}: a placeholder without a name")
    return dict(found)


def _compare(section: str, first: str, expected: Mapping[str, str], second: str, found: Mapping[str, str]) -> None:
    for key in sorted(set(expected) ^ set(found)):
        missing = second if key in expected else first
        raise CatalogueError(f"{missing}.yaml: {section}.{key} is missing")
    for key, sentence in expected.items():
        wanted, given = placeholders(sentence), placeholders(found[key])
        if wanted != given:
            raise CatalogueError(
                f"{second}.yaml: {section}.{key} has the placeholders {sorted(given)}, "
                f"{first}.yaml has {sorted(wanted)}"
            )


def _build(shape: Any, node: object, where: str) -> Any:
    """A node of YAML as the wanted shape: a frozen dataclass, a tuple, a mapping, a word or a number."""
    if isinstance(shape, type) and dataclasses.is_dataclass(shape):
        return _build_dataclass(shape, node, where)
    origin, arguments = get_origin(shape), get_args(shape)
    if origin is tuple and isinstance(node, list):
        return tuple(_build(arguments[0], item, f"{where}[{at}]") for at, item in enumerate(node))
    if isinstance(origin, type) and issubclass(origin, Mapping) and isinstance(node, dict):
        return {_build(str, key, where): _build(arguments[1], item, f"{where}.{key}") for key, item in node.items()}
    if shape in (str, int) and type(node) is shape and node != "":
        return node
    raise CatalogueError(f"{where}: {node!r} is not {_name(shape)}")


def _build_dataclass(shape: type[Any], node: object, where: str) -> Any:
    if not isinstance(node, dict):
        raise CatalogueError(f"{where}: needs named entries")
    fields = {field.name: field for field in dataclasses.fields(shape)}
    unknown = sorted(str(name) for name in set(node) - set(fields))
    missing = sorted(n for n, f in fields.items() if n not in node and f.default is dataclasses.MISSING)
    if unknown or missing:
        raise CatalogueError(f"{where}: unknown {unknown}, missing {missing}")
    hints = get_type_hints(shape)
    return shape(**{name: _build(hints[name], item, f"{where}.{name}") for name, item in node.items()})


def _name(shape: object) -> str:
    return str(shape) if isinstance(shape, GenericAlias) else getattr(shape, "__name__", str(shape))
