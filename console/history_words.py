"""A happening in the page's words: one sentence, and what belongs to it. Codes that no catalogue knows are shown by the
state they led to, so that a new step never breaks a page. Pure."""

from dataclasses import dataclass
from datetime import datetime

from console.wording import Wording
from desks.matter.model import Happening
from desks.view.card import Sound

ICONS = {
    "told": "clock",
    "text": "pen",
    "sound": "voicemail",
    "rang_in": "phone",
    "noted": "pen",
    "transfer": "people",
    "listening": "loudspeaker",
    "deed": "check",
}
STEP_ICONS = {
    "give_back": "cross",
    "accept": "phone",
    "answered": "phone",
    "join": "phone",
    "missed": "phone-down",
    "exhausted": "phone-down",
    "hang_up": "phone-down",
    "part": "phone-down",
    "done": "check",
    "handled": "check",
    "served": "check",
    "cancel": "cross",
    "call_off": "cross",
    "leg_unknown": "warning",
    "set_aside": "warning",
}


@dataclass(frozen=True)
class ToldAs:
    at: datetime
    icon: str
    kind: str
    sentence: str
    who: str
    details: tuple[str, ...]  # reason, outcome, what became of it
    quote: str | None  # exactly as told, sent or written
    quote_is: str  # what the quotation is, for readers who do not see it
    window: str
    verdict: str  # of a promise: a chip with its word
    sound: Sound | None
    goal: str | None


def told_as(wording: Wording, one: Happening) -> ToldAs:
    return ToldAs(
        at=one.at,
        icon=STEP_ICONS.get(one.code, "clock") if one.kind in ("event", "line") else ICONS[one.kind],
        kind=one.kind,
        sentence=_sentence(wording, one),
        who=_who(wording, one.who),
        details=tuple(_details(wording, one)),
        quote=one.words,
        quote_is=wording.t(f"history.words.{one.kind if one.kind in ('told', 'text') else 'note'}"),
        window=wording.window(*one.window) if one.window else "",
        verdict=one.codes.get("verdict", ""),
        sound=one.sound,
        goal=one.goal,
    )


def _who(wording: Wording, who: str) -> str:
    return _known(wording, f"history.who.{who}") or who


def _sentence(wording: Wording, one: Happening) -> str:
    values = {"agent": one.agent or wording.t("history.nobody")} | {
        name: one.codes[name] for name in ("goal", "desk", "owner") if name in one.codes
    }
    for key in _keys(one):
        found = _known(wording, key, **values)
        if found is not None:
            return found[:1].upper() + found[1:]
    return wording.t("history.step", state=_known(wording, f"state.{one.codes.get('state', '')}") or one.code)


def _keys(one: Happening) -> tuple[str, ...]:
    """From the most exact sentence to the plainest."""
    more = (one.codes.get("note") or one.codes.get("outcome") or "").replace(" ", "_")
    if "owner" in one.codes:
        more = "owner"
    match one.kind:
        case "event" | "line":
            return (
                f"history.{one.kind}.{one.code}.{more}",
                f"history.{one.kind}.{one.code}.{one.codes.get('state', '')}",
                f"history.{one.kind}.{one.code}",
                f"history.event.{one.code}.{more}",
                f"history.event.{one.code}",
            )
        case "text":
            return (f"history.text.{one.code.partition('-')[0].removeprefix('sms.')}", "history.text")
        case "deed":
            return (f"history.deed.{one.code}", f"deed.{one.code}", "history.deed")
        case _:
            return (f"history.{one.kind}.{one.code}", f"history.{one.kind}")


def _details(wording: Wording, one: Happening) -> list[str]:
    codes = one.codes
    said = [
        _known(wording, f"decline.{codes['reason']}") if "reason" in codes else None,
        _known(wording, f"close.{codes['why']}") if "why" in codes else None,
        _outcome(wording, one),
        _known(wording, f"detail.{codes['detail']}") if "detail" in codes else None,
        _known(wording, f"avoidable.{codes['avoidable']}") if "avoidable" in codes else None,
        wording.t(f"history.became.{codes['became']}") if "became" in codes else None,
        _known(wording, f"history.via.{codes['via']}") if "via" in codes else None,
    ]
    return [words for words in said if words]


def _outcome(wording: Wording, one: Happening) -> str | None:
    """Of a transfer: what its end was, or how far it has come."""
    if one.kind != "transfer":
        return None
    became = "history.transfer.became"
    return _known(wording, f"{became}.{one.codes['outcome']}") or _known(wording, f"{became}.{one.codes['state']}")


def _known(wording: Wording, key: str, **values: str) -> str | None:
    """None: the catalogue has no such key, or it wants a value that is not there."""
    if key not in wording.t.words:
        return None
    try:
        return wording.t(key, **values) if values else wording.t(key)
    except KeyError:
        return None
