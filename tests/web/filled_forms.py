"""What a browser would post of a page's form as it stands: fields, choices and ticks."""

import html
import re
from html.parser import HTMLParser

TICKS = re.compile(r'name="ticked" value="([^"]+)"')
Attributes = list[tuple[str, str | None]]


class _Form(HTMLParser):
    """The form of class ``rules-form``."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self.inside, self.choosing, self.writing = False, "", ""

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        held = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = "rules-form" in held.get("class", "")
        if self.inside:
            self._field(tag, held)

    def _field(self, tag: str, held: dict[str, str]) -> None:
        name = held.get("name", "")
        if tag == "input" and (held.get("type") not in ("checkbox", "radio") or "checked" in held):
            self.fields.setdefault(name, []).append(held.get("value", ""))
        elif tag == "textarea":
            self.writing, self.fields[name] = name, [""]
        elif tag == "select":
            self.choosing = name
        elif tag == "option" and "selected" in held:
            self.fields[self.choosing] = [held.get("value", "")]

    def handle_data(self, data: str) -> None:
        if self.writing:
            self.fields[self.writing][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.writing = ""


def filled(page: str) -> dict[str, list[str]]:
    form = _Form()
    form.feed(page)
    form.fields.pop("csrf_token", None)
    return form.fields


def ticks(page: str) -> list[str]:
    """The warnings that may be ticked."""
    return [html.unescape(found) for found in TICKS.findall(page)]
