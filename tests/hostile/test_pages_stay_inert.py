"""Whatever residents, agents, networks and attackers have written is text on every page: no tag, no attribute, no
address of theirs. The same pages are drawn twice, with harmless words and with hostile ones, and compared."""

import csv
import io
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

from console.pages import ROUTES
from tests.hostile.console_rig import Console
from tests.hostile.corpus import GROUPS
from tests.hostile.written_words import written

MARKUP = tuple(text for number in (27, 29) for text in GROUPS[number].inputs)
CALCULATED = ("=", "+", "-", "@", "\t", "\r", "\0", "＝")  # noqa: RUF001
ADDRESSES = ("href", "src", "action", "formaction", "data", "srcset", "poster", "xlink:href")
COSTLY = ("rules_week", "rules_compare", "rules_calendar")


class Seen(HTMLParser):
    """Which tags with which attributes there are, where they lead to, and what is written as text."""

    def __init__(self) -> None:
        super().__init__()
        self.drawn: set[tuple[str, str]] = set()
        self.leads: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.drawn.add((tag, ""))
        for name, value in attrs:
            self.drawn.add((tag, name))
            if name in ADDRESSES:
                self.leads.add(value or "")


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    made = Console.at(tmp_path_factory.mktemp("inert"))
    yield made
    made.city.services.database.dispose()


def pages(console: Console) -> dict[str, Seen]:
    drawn = {}
    for route in ROUTES:
        if route.method == "GET" and route.name not in COSTLY:
            answer = console.ask(route, {}, {}, as_json=False)
            if answer.mimetype == "text/html" and answer.status_code == 200:
                seen = Seen()
                seen.feed(answer.text)
                drawn[route.name] = seen
    return drawn


def test_no_page_draws_or_leads_to_what_somebody_wrote(console: Console) -> None:
    """Everything at once: each of the hostile texts closes what the others might have opened."""
    written(console.city, "sana")
    harmless = pages(console)
    console.put_back()
    assert len(harmless) > 35
    wrong = []
    for begin in range(0, len(MARKUP), 14):
        written(console.city, " ".join(MARKUP[begin : begin + 14]))
        for name, seen in pages(console).items():
            new = seen.drawn - harmless[name].drawn if name in harmless else set()
            wrong += [(name, tag, attribute) for tag, attribute in new]
            wrong += [
                (name, lead, "")
                for lead in seen.leads
                if not lead.startswith(("/", "#", "?", "data:image/svg")) and lead
            ]
            wrong += [(name, lead, "") for lead in seen.leads if lead.startswith(("//", "/\\"))]
        console.put_back()
    assert wrong == []


def test_what_was_written_does_stand_on_the_pages(console: Console) -> None:
    """The test above would pass with pages that show nothing."""
    written(console.city, "<b>näkyvä</b>")
    shown = [route.name for route in ROUTES if route.method == "GET" and route.name not in COSTLY
             if "&lt;b&gt;näkyvä&lt;/b&gt;" in console.ask(route, {}, {}, as_json=False).text]  # fmt: skip
    console.put_back()
    assert {"matter", "recording_page", "audit", "accounts", "rules"} <= set(shown)


def test_no_cell_of_an_export_is_calculated(console: Console) -> None:
    wrong = []
    for text in GROUPS[30].inputs:
        written(console.city, text.replace("\0", ""))
        for route in ROUTES:
            if route.name.endswith("_csv"):
                answer = console.ask(route, {}, {}, as_json=False)
                assert answer.headers["Content-Disposition"].startswith("attachment")
                rows = csv.reader(io.StringIO(answer.text.lstrip("\ufeff")), delimiter=";")
                wrong += [cell for row in rows for cell in row if cell.startswith(CALCULATED)]
        console.put_back()
    assert wrong == []


def test_an_answer_in_json_is_never_read_as_a_page(console: Console) -> None:
    written(console.city, "<script>alert(1)</script>")
    for route in ROUTES:
        if route.rule.endswith(".json"):
            answer = console.ask(route, {}, {}, as_json=False)
            assert answer.mimetype == "application/json", route.name
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
    console.put_back()
