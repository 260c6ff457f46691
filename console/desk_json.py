"""The desk as JSON, for programs that are agents too (the terminal agent, tests): the view's fields and its words."""

from dataclasses import asdict
from datetime import datetime

from console.model import SignedIn
from console.wording import Wording
from desks.view.card import Card, DeskView

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


def desk_json(view: DeskView, person: SignedIn, csrf: str, wording: Wording) -> dict[str, Json]:
    desk = _plain(asdict(view))
    assert isinstance(desk, dict)
    if view.offer is not None:
        desk["offer"] = _card(view.offer, wording)
    agent: Json = {
        "id": person.agent_id,
        "name": person.name,
        "role": person.role,
        "departments": list(person.departments),
        "languages": list(person.languages),
    }
    return desk | {"csrf": csrf, "now": wording.now.isoformat(), "agent": agent}


def _card(card: Card, wording: Wording) -> dict[str, Json]:
    plain = _plain(asdict(card))
    assert isinstance(plain, dict)
    words: Json = {
        "kind": wording.t(f"kind.{card.kind}"),
        "topic": wording.topic(card.topic_path),
        "why": wording.why(card),
        "told": card.told.promise or wording.told(card),
        "window": wording.window(card.window_start, card.window_end),
    }
    return plain | {"words": words}


def _plain(value: object) -> Json:
    match value:
        case datetime():
            return value.isoformat()
        case dict():
            return {str(key): _plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case str() | int() | float() | bool() | None:
            return value
        case _:
            raise TypeError(f"no JSON for {type(value).__name__}")
