"""The same words in every place where people's words are kept, so that every page shows them."""

import json

from sqlalchemy import Table, select, update

from adapters.schema import metadata
from tests.hostile.keeps_words import KEEPS_WORDS
from tests.web.console_rig import City

AS_DOCUMENTS = {"notice.words", "rules_draft.document", "rules_plan.document", "ruleset.document"}  # JSON of their own
NOT_ON_PAGES = {"sign_in_failure.sign_in"}


def written(city: City, words: str) -> None:
    """Into every column that keeps people's words, of every row."""
    with city.services.database.write() as tx:
        for place in sorted(KEEPS_WORDS - NOT_ON_PAGES - AS_DOCUMENTS):
            name, _, column = place.partition(".")
            table: Table = metadata.tables[name]
            told_apart = (table.c.id == "a_iida",) if place == "agent.sign_in" else ()
            tx.connection.execute(update(table).where(*told_apart).values({column: words[: _room(table, column)]}))
        draft = metadata.tables["rules_draft"]
        for row in tx.connection.execute(select(draft.c.id, draft.c.document)).all():
            document = json.loads(row.document)
            for topic in document["topics"]:
                topic["name"] = dict.fromkeys(("fi", "sv", "en"), words)
            for department in document["departments"]:
                department["name"] = dict.fromkeys(("fi", "sv", "en"), words)
            tx.connection.execute(update(draft).where(draft.c.id == row.id).values(document=json.dumps(document)))


def _room(table: Table, column: str) -> int:
    return getattr(table.c[column].type, "length", None) or 500
