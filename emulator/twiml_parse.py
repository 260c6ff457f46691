"""From an answer's text to a document that can be played, plus everything in it that Twilio would not accept.

Strict: an unknown element, attribute, value or nesting is a problem (12200) and is left out of the document; the
call goes on without it, as Twilio's does. Nothing is played here.
"""

import re
from dataclasses import dataclass, field, replace
from urllib.parse import quote_plus
from xml.etree import ElementTree as Tree

from emulator.history import Problem
from emulator.speech_models import wrong
from emulator.twiml_tables import (
    ATTRIBUTES,
    CHILDREN,
    MOST_CHARACTERS,
    MOST_DIALLED,
    MOST_SAY_BYTES,
    NOT_PLAYED,
    SSML,
    VERBS,
    Context,
)
from emulator.voices import speaks

SCHEMA = 12200
NOT_TWILIOS = 0  # not an error of Twilio's: this emulator cannot
IDENTITY = re.compile(r".{1,256}")
PHONE = re.compile(r"\+?[0-9 ()-]{2,20}")


class NotXml(Exception):
    """12100: the answer is no XML document."""


@dataclass(frozen=True)
class Element:
    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: "tuple[Element, ...]" = ()

    def get(self, name: str, default: str) -> str:
        return self.attributes.get(name, default)

    def yes(self, name: str, default: bool = False) -> bool:
        return self.attributes.get(name, "true" if default else "false") == "true"

    def number(self, name: str, default: int) -> int:
        value = self.attributes.get(name, "")
        return int(value) if value.isdigit() else default


@dataclass(frozen=True)
class Document:
    """What is to be played, and where it came from: relative URLs are resolved against `url`."""

    verbs: tuple[Element, ...]
    url: str
    method: str
    context: Context


def parse(text: str, context: Context) -> tuple[tuple[Element, ...], list[Problem]]:
    try:
        root = Tree.fromstring(text)  # noqa: S314  the other side is our own service on this machine
    except Tree.ParseError as error:
        raise NotXml(str(error)) from error
    if root.tag != "Response":
        return (), [Problem(SCHEMA, f"root <{root.tag}>")]
    reader = _Reader(context)
    return reader.response(root), reader.problems


class _Reader:
    def __init__(self, context: Context) -> None:
        self.context = context
        self.problems: list[Problem] = []

    def response(self, root: Tree.Element) -> tuple[Element, ...]:
        self._no_attributes(root)
        if (root.text or "").strip():
            self._schema(f"text in <Response>: {(root.text or '').strip()[:40]}")
        return self._children(root, VERBS[self.context], f"<Response> ({self.context.value})")

    def _children(self, parent: Tree.Element, allowed: frozenset[str], where: str) -> tuple[Element, ...]:
        kept = []
        for node in parent:
            if not isinstance(node.tag, str):
                continue
            if (node.tail or "").strip() and parent.tag != "Say":
                self._schema(f"text after <{node.tag}>: {(node.tail or '').strip()[:40]}")
            if node.tag not in allowed:
                self._refuse_child(node.tag, where)
                continue
            element = self._element(node)
            if element is not None:
                kept.append(element)
        return tuple(kept)

    def _refuse_child(self, tag: str, where: str) -> None:
        if tag == "Dial" and self.context is Context.CALLED_PARTY:
            self._problem(13201, f"<Dial> in {where}")
            return
        if tag in NOT_PLAYED and self.context is Context.CALL and where.startswith("<Response>"):
            self._problem(NOT_TWILIOS, f"<{tag}> is not played here")
            return
        self._schema(f"<{tag}> in {where}")

    def _element(self, node: Tree.Element) -> Element | None:
        attributes = self._attributes(node)
        if node.tag == "Say":
            return self._say(node, attributes)
        children = self._children(node, CHILDREN.get(node.tag, frozenset()), f"<{node.tag}>")
        element = Element(node.tag, attributes, (node.text or "").strip(), children)
        return self._whole(element)

    def _attributes(self, node: Tree.Element) -> dict[str, str]:
        accepted = {}
        known = ATTRIBUTES[node.tag]
        for name, value in node.attrib.items():
            if name not in known:
                self._schema(f"attribute {name} of <{node.tag}>")
            elif not known[name](value):
                self._schema(f'{name}="{value}" of <{node.tag}>')
            else:
                accepted[name] = value
        return accepted

    def _say(self, node: Tree.Element, attributes: dict[str, str]) -> Element | None:
        for child in node.iter():
            if child is not node and isinstance(child.tag, str) and child.tag not in SSML:
                self._schema(f"<{child.tag}> in <Say>")
        text = " ".join("".join(node.itertext()).split())
        voice, language = attributes.get("voice"), attributes.get("language")
        if not speaks(voice, language):
            self._problem(13512, f"voice {voice} language {language}")
            return None
        if not text:
            self._problem(13520, "<Say>")
            return None
        self._check_length(text, voice or "")
        return Element("Say", attributes, text)

    def _check_length(self, text: str, voice: str) -> None:
        most = MOST_CHARACTERS[""] if not voice.startswith("Polly") else MOST_CHARACTERS["Polly"]
        if len(text) > most or len(quote_plus(text)) > MOST_SAY_BYTES:
            self._problem(13521, f"{len(text)} characters")

    def _whole(self, element: Element) -> Element | None:
        match element.name:
            case "Dial":
                return self._dial(element)
            case "Gather":
                return self._gather(element)
            case "Play" if not element.text and "digits" not in element.attributes:
                self._schema("<Play> without URL")
                return None
            case "Redirect" if not element.text:
                self._schema("<Redirect> without URL")
                return None
            case "Number" if not PHONE.fullmatch(element.text):
                self._problem(13223, element.text)
                return None
            case "Conference" if not element.text:
                self._schema("<Conference> without name")
                return None
            case "Enqueue" if not 1 <= len(element.text) <= 64:
                self._problem(14204 if not element.text else 14205, element.text[:64])
            case "Client" if not IDENTITY.fullmatch(_identity(element)):
                self._schema("<Client> without identity")
                return None
        self._no_text(element)
        return element

    def _gather(self, element: Element) -> Element | None:
        """None: with a language that the speech model does not know, the gather fails as a whole."""
        if any("digits" in child.attributes for child in element.children):
            self._schema("<Play digits> in <Gather>")
        self._no_text(element)
        if "speech" not in element.get("input", "dtmf").split():
            return element
        model = element.attributes.get("speechModel")
        if model is not None and element.get("speechTimeout", "") == "auto":
            self._problem(13335, f"speechTimeout auto with speechModel {model}")
        deaf = wrong(model, element.get("language", "en-US"))
        if deaf is not None:
            self.problems.append(deaf)
            return None
        return element

    def _dial(self, element: Element) -> Element:
        if element.text and element.children:
            self._schema("text and nouns in <Dial>")
        if element.text and not element.children:
            number = self._whole(Element("Number", {}, element.text))
            return replace(element, text="", children=(number,) if number else ())
        nouns = {child.name for child in element.children}
        if len(nouns & {"Conference", "Queue"}) and len(element.children) > 1:
            self._schema("several nouns beside <Conference> or <Queue>")
        if len(element.children) > MOST_DIALLED:
            self._schema(f"{len(element.children)} nouns in <Dial>")
            return replace(element, children=element.children[:MOST_DIALLED])
        return element

    def _no_text(self, element: Element) -> None:
        if element.text and element.name in {"Pause", "Gather", "Leave", "Hangup", "Reject", "Record"}:
            self._schema(f"text in <{element.name}>")

    def _no_attributes(self, root: Tree.Element) -> None:
        for name in root.attrib:
            self._schema(f"attribute {name} of <Response>")

    def _schema(self, message: str) -> None:
        self._problem(SCHEMA, message)

    def _problem(self, code: int, message: str) -> None:
        self.problems.append(Problem(code, message))


def _identity(element: Element) -> str:
    named = [child.text for child in element.children if child.name == "Identity"]
    return named[0] if named else element.text


def identity_of(element: Element) -> str:
    """Whom a <Client> rings."""
    return _identity(element)
