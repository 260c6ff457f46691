"""Rows of the record become happenings. Pure but for the names it is given at the end: ids in, names out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import RowMapping

from desks.matter.model import Happening
from desks.view.parts import desk_name, sound
from routing_rules.model import Ruleset

SERVICE, RESIDENT = "service", "caller"
NOTED = ("done", "missed", "exhausted", "cancel", "hand_on")  # steps that an agent's note belongs to
OF_THE_OFFER = ("give_back", "accept", "join", "back", "part", "hang_up")
SKIPPED = "declined"
HAVE_ROWS = frozenset({"transfer", "listen", "coach"})  # deeds that are told by rows of their own
SENT_AS = {  # words of the provider, and our own where it was never asked or never answered
    "delivered": "delivered", "read": "delivered", "failed": "failed", "undelivered": "failed",
    "never sent": "failed", "unknown": "unknown", "sent": "sent",
}  # fmt: skip
CODES = frozenset({
    "no_answer", "busy", "machine", "bad_moment", "failed", "ring", "text", "unnoted", "by telephone",
    "interpreter", "in writing", "abusive", "declined", "unanswered", "lost", "withdrawn", "no choice",
})  # fmt: skip
BY_CODE = frozenset({"give_back", "back", "hang_up", "part"})  # steps whose note is never a person's
INTERPRETER = "interpreter: "  # and who interprets, as the agent wrote it


class Telling:
    """Happenings of one matter; ``offers`` are all that were made of it, in order."""

    def __init__(self, rules: Ruleset, language: str, offers: Sequence[RowMapping]) -> None:
        self.rules, self.language, self.offers = rules, language, offers
        self.by_token = {row["token"]: row for row in offers}

    def events(self, rows: Sequence[RowMapping]) -> Iterator[Happening]:
        """Steps of a request, each with the offer that held it."""
        for row in rows:
            yield self._step(row, self.by_token.get(row["offer_token"]))

    def _step(self, row: RowMapping, held: RowMapping | None) -> Happening:
        noted, words = _noted(row["event"], row["note"])
        codes = {"state": row["to_state"]} | noted
        if held is not None:
            codes |= _codes_of(held) if row["event"] in (*NOTED, "give_back") else {}
        if row["event"] == "reassign":
            codes, words = codes | self._goal(words or ""), None
        agent = held["agent_id"] if held is not None else None
        who = agent if agent is not None and codes.get("outcome") == SKIPPED else row["who"]
        return Happening(row["at"], "event", row["event"], who, agent, words or None, codes)

    def _goal(self, note: str) -> dict[str, str]:
        """``housing`` or ``housing a_aino``: the desk, and the agent who is to ring first."""
        desk, _, owner = note.partition(" ")
        return {"desk": desk_name(self.rules, desk, self.language)} | ({"owner": owner} if owner else {})

    def line(self, rows: Sequence[RowMapping]) -> Iterator[Happening]:
        """Steps of a stay in the line; the offers follow each other as its rows do."""
        offers, held = iter(self.offers), None
        for row in rows:
            held = next(offers, None) if row["event"] == "offer" else held
            step = held if row["event"] in ("offer", *OF_THE_OFFER) else None
            noted, words = _noted(row["event"], row["note"])
            codes = {"state": row["to_state"]} | noted
            if step is not None and row["event"] == "give_back":
                codes |= _codes_of(step)
            agent = step["agent_id"] if step is not None else None
            who = agent if agent is not None and codes.get("outcome") == SKIPPED else row["who"]
            yield Happening(row["at"], "line", row["event"], who, agent, words, codes)

    def notes(self) -> Iterator[Happening]:
        """What agents noted of talks with a live caller."""
        for row in self.offers:
            if row["ended_at"] is not None and row["accepted_at"] is not None and row["outcome"]:
                who = row["agent_id"]
                yield Happening(row["ended_at"], "noted", row["outcome"], who, who, row["note"] or None, _codes_of(row))

    def promises(self, rows: Sequence[RowMapping]) -> Iterator[Happening]:
        for row in rows:
            codes = {"via": row["via"], "verdict": row["verdict"] or "open"}
            window = (row["window_start_at"], row["window_end_at"])
            yield Happening(row["at"], "told", row["via"], row["who"], None, row["words"], codes, window)

    def texts(self, rows: Sequence[RowMapping]) -> Iterator[Happening]:
        for row in rows:
            codes = {"became": became(row["status"])}
            yield Happening(row["created_at"], "text", row["key"], SERVICE, None, row["body"], codes)

    def sounds(self, rows: Sequence[RowMapping]) -> Iterator[Happening]:
        for row in rows:
            yield Happening(row["made_at"], "sound", row["kind"], RESIDENT, sound=sound(row))
            if row["heard_at"] is not None:
                who = row["heard_by"] or SERVICE
                yield Happening(row["heard_at"], "sound", "heard", who, who, row["note"] or None)

    def talks(self, rows: Sequence[RowMapping]) -> Iterator[Happening]:
        for row in rows:
            who = row["agent_id"] or SERVICE
            yield Happening(row["made_at"], "sound", "talk", who, row["agent_id"], sound=sound(row))

    def stays(self, rows: Sequence[RowMapping]) -> Iterator[Happening]:
        """She rang in about it herself."""
        for row in rows:
            yield Happening(row["joined_at"], "rang_in", row["state"], RESIDENT, goal=row["id"])

    def transfers(self, rows: Sequence[RowMapping]) -> Iterator[Happening]:
        for row in rows:
            who = self.by_token[row["token"]]["agent_id"]
            named = row["goal"] if row["goal_kind"] == "agent" else desk_name(self.rules, row["goal"], self.language)
            codes = {"state": row["state"], "goal": named, "outcome": row["outcome"] or ""}
            yield Happening(row["made_at"], "transfer", row["kind"], who, who, row["note"] or None, codes)

    def listenings(self, rows: Sequence[RowMapping]) -> Iterator[Happening]:
        for row in rows:
            agent = self.by_token[row["token"]]["agent_id"]
            yield Happening(row["made_at"], "listening", row["mode"], row["supervisor_id"], agent)

    def deeds(self, rows: Sequence[RowMapping]) -> Iterator[Happening]:
        for row in rows:
            if row["deed"] in HAVE_ROWS:
                continue
            yield Happening(row["at"], "deed", row["deed"], row["who"], None, row["detail"] or None)


def became(status: str | None) -> str:
    """Of a text, by its ``status``; none: the provider has not been asked yet, or has not yet answered."""
    if status is None:
        return "waiting"
    return "failed" if status.startswith("refused") else SENT_AS.get(status, "unknown")


def _noted(event: str, note: str | None) -> tuple[dict[str, str], str | None]:
    """Codes and a person's words apart: a code that is quoted reads as if an agent had written it."""
    if event == "wish" and note and note.startswith(INTERPRETER):
        return {"note": "interpreter"}, note.removeprefix(INTERPRETER)
    if note in CODES and event != "give_back":  # whose code is the offer's outcome
        return {"note": str(note)}, None
    return {}, None if event in BY_CODE else note


def _codes_of(held: RowMapping) -> dict[str, str]:
    return {name: held[name] for name in ("outcome", "reason", "detail", "avoidable") if held[name]}


ORDER = ("told", "event", "line", "rang_in", "sound", "text", "noted", "transfer", "listening", "deed")
STEP_OF = {  # a deed is told with the step it led to
    "reassign": ("reassign",),
    "change_window": ("move",),
    "close": ("handled", "cancel", "served", "resolve_human_done"),
    "resolve": ("resolve_human_done", "resolve_human_again"),
}


def in_order(happenings: Sequence[Happening], names: Mapping[str, str]) -> tuple[Happening, ...]:
    """By time; at one moment the step comes before what was said and sent about it."""
    ordered = sorted(_with_deeds(happenings), key=lambda one: (one.at, one.kind != "event", ORDER.index(one.kind)))
    return tuple(_named(one, names) for one in ordered)


def _with_deeds(happenings: Sequence[Happening]) -> list[Happening]:
    """A supervisor's reason stands with the step that she made; a deed without a step stands alone."""
    told = [one for one in happenings if one.kind != "deed"]
    for deed in (one for one in happenings if one.kind == "deed"):
        steps = STEP_OF.get(deed.code, ())
        here = (n for n, one in enumerate(told) if (one.at, one.who) == (deed.at, deed.who) and one.code in steps)
        at = next(here, None)
        if at is None:
            told.append(deed)
        elif deed.code == "close":
            told[at] = replace(told[at], codes={**told[at].codes, "why": deed.words or ""})
        else:
            told[at] = replace(told[at], words=told[at].words or (deed.words if deed.code != "resolve" else None))
    return told


def people(happenings: Sequence[Happening]) -> frozenset[str]:
    """Ids of agents that the happenings name."""
    said = {one.who for one in happenings} | {one.agent for one in happenings if one.agent}
    return frozenset(said | {one.codes[name] for one in happenings for name in ("owner", "goal") if name in one.codes})


def _named(one: Happening, names: Mapping[str, str]) -> Happening:
    codes = {key: names.get(code, code) if key in ("owner", "goal") else code for key, code in one.codes.items()}
    agent = names.get(one.agent, one.agent) if one.agent else None
    return replace(one, who=names.get(one.who, one.who), agent=agent, codes=codes)
