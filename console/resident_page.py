"""A resident's data as one page that she can read without us: no script, nothing fetched, her own language."""

from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from console.words import PageWords, page_words
from desks.matter.history_telling import became

TEMPLATES = Path(__file__).parent / "templates" / "console"


def rendered(data: dict[str, Any], language: str) -> str:
    """``data``: the document of ``recordings.resident``."""
    shown = _Shown(page_words(language))
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
    page = environment.get_template("resident_data.html")
    parts = {"moment": shown.moment, "role": shown.role, "named": shown.named, "event": shown.event, "sent": shown.sent}
    return page.render(t=shown.t, data=data, **parts)


class _Shown:
    def __init__(self, t: PageWords) -> None:
        self.t = t

    def moment(self, at: str | None) -> str:
        if at is None:
            return ""
        when = datetime.fromisoformat(at)
        return f"{when.day}.{when.month}.{when.year} {when.hour}.{when.minute:02}"

    def role(self, code: str) -> str:
        return self.t(f"resident.role.{code}")

    def named(self, prefix: str, code: str | None) -> str:
        """Nothing where the pages have no words for a code: a code tells a resident nothing."""
        return self.t.words.get(f"{prefix}.{code}", "") if code else ""

    def sent(self, one: dict[str, Any]) -> str:
        """What became of a text, as the history of a matter tells it."""
        return self.t(f"history.became.{became(one['status'])}")

    def event(self, one: dict[str, Any]) -> str:
        by = self.role(one["by"])
        words = self.t.words.get(f"history.event.{one['event']}", by)
        return words.format_map(defaultdict(str, agent=by))
