"""What happens around a talk: who handed it over, who is asked in, who listens, what is recorded. A read model."""

from sqlalchemy import RowMapping, select

from adapters.schema import agent, listening, offer, transfer
from desks.talk.recorded import verdict_of
from desks.view.card import Consulted, HandedOver, Recorded, Transfer
from desks.view.looking import Looking
from desks.view.parts import desk_name
from recordings import talk_store
from recordings.model import wish


def handed_over(look: Looking, token: str | None) -> HandedOver | None:
    """``token``: the offer whose agent transferred the matter here; her note for the receiver goes before her own."""
    if token is None:
        return None
    asked = select(transfer.c.note).where(transfer.c.token == token).order_by(transfer.c.made_at.desc()).limit(1)
    given = look.connection.execute(
        select(agent.c.name, offer.c.note).join(agent, agent.c.id == offer.c.agent_id).where(offer.c.token == token)
    ).first()
    if given is None:
        return None
    return HandedOver(given.name, look.connection.scalar(asked) or given.note)


def transfer_of(look: Looking, token: str) -> Transfer | None:
    open_one = select(transfer).where(transfer.c.token == token, transfer.c.ended_at.is_(None))
    row = look.connection.execute(open_one).mappings().first()
    if row is None:
        return None
    goal = _goal(look, row["goal_kind"], row["goal"])
    return Transfer(row["kind"], row["goal_kind"], goal, row["state"], row["note"])


def consulted(look: Looking, token: str) -> Consulted | None:
    """Who asks the agent of this offer, as long as the caller is still the colleague's.

    A blind transfer, and a colleague who has hung up while it rang, ask nothing: the caller comes with the answer."""
    row = look.connection.execute(
        select(agent.c.name, transfer.c.state, transfer.c.note)
        .join(offer, offer.c.token == transfer.c.token)
        .join(agent, agent.c.id == offer.c.agent_id)
        .where(transfer.c.new_token == token, transfer.c.ended_at.is_(None), transfer.c.kind == "warm")
        .where(offer.c.state == "connected")
    ).first()
    return Consulted(row.name, row.state, row.note) if row is not None else None


def _goal(look: Looking, kind: str, goal: str) -> str:
    if kind != "agent":
        return desk_name(look.rules, goal, look.language)
    return look.connection.scalar(select(agent.c.name).where(agent.c.id == goal)) or goal


def listener(look: Looking, token: str) -> tuple[str | None, bool]:
    """The supervisor who listens to this talk, and whether she speaks to the agent: nobody is heard unawares."""
    row = look.connection.execute(
        select(agent.c.name, listening.c.mode)
        .join(agent, agent.c.id == listening.c.supervisor_id)
        .where(listening.c.token == token, listening.c.ended_at.is_(None))
    ).first()
    return (row.name, row.mode == "coach") if row is not None else (None, False)


def recorded(look: Looking, current: RowMapping, matter: RowMapping, asked: Consulted | None) -> Recorded | None:
    """Whoever is heard in it sees it: also the colleague who is asked in, once all three hear each other."""
    if current["state"] == "wrapup":
        return _of_the_note(look, current["token"])
    if current["state"] != "connected":
        return None
    if asked is not None:
        return _of_colleague(look, current["token"]) if asked.state == "joined" else None
    row = talk_store.of_offer(look.connection, current["token"])
    if row is not None and row["deleted_at"] is None:  # else she has said no since, and that is what the card says
        return shown(row, current["on_hold"], hers=True)
    why = verdict_of(look.services, look.connection, current, matter["ruleset_version"], matter["department"])
    return None if why == "not_here" else Recorded("untold" if why == "recorded" else why)


def _of_the_note(look: Looking, token: str) -> Recorded | None:
    """A no that comes as she hangs up still takes back what there is."""
    row = talk_store.of_offer(look.connection, token)
    kept = row is not None and row["deleted_at"] is None and row["state"] != "absent"
    return Recorded("over") if kept else None


def _of_colleague(look: Looking, token: str) -> Recorded | None:
    asking = select(offer.c.token, offer.c.on_hold).join(transfer, transfer.c.token == offer.c.token)
    whose = asking.where(transfer.c.new_token == token, transfer.c.ended_at.is_(None))
    found = look.connection.execute(whose).first()
    row = talk_store.of_offer(look.connection, found.token) if found is not None else None
    return None if row is None or found is None else shown(row, found.on_hold, hers=False)


def shown(row: RowMapping, on_hold: bool, *, hers: bool) -> Recorded:
    """Paused only where the provider has confirmed it, and has been asked for nothing else since."""
    wished, paused = wish(row["wanted"], on_hold), row["wanted"] == "paused"
    match row["state"]:
        case "asked":
            state = "starting"
        case "running":
            state = "running" if wished == "running" else "pausing"
        case "paused" if wished == "running":
            state = "resuming"
        case "paused" if row["asked_machine"] is not None:  # a last word may have had its effect: it may run
            state = "pausing"
        case "paused":
            state = "paused" if paused else "held"
        case "absent":
            state = "failed"
        case _:
            state = "over"
    return Recorded(state, paused, hers and state not in ("over", "failed"))
