"""What the provider's own logs hold of what is let go here, and what else belongs to a call. Statements only."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, Select, Table, exists, select

from adapters.schema import call, callback_request, offer, recording, text_message, waiting_caller


def records(connection: Connection, table: Table, ids: Sequence[str]) -> list[tuple[str, str]]:
    """(kind of order, SID): the texts and calls whose records at the provider show the number that goes with these."""
    if table is call:
        return [("delete_call", sid) for sid in ids]
    if not ids:
        return []
    if table is text_message:
        texts = select(text_message.c.message_sid).where(text_message.c.id.in_(ids))
        return [("delete_text", sid) for sid in connection.scalars(texts) if sid is not None]
    if table is callback_request:
        rung = select(offer.c.resident_call_sid).where(offer.c.request_id.in_(ids))
        return [("delete_call", sid) for sid in connection.scalars(rung) if sid is not None]
    if table is recording:
        return [("delete_call", sid) for sid in connection.scalars(_forgotten_legs(ids))]
    return []


def _forgotten_legs(recordings: Sequence[str]) -> Select[str]:
    """Calls that we made, and whose request shows the number no more: an erasure that spared their held sound let go of
    it, and nobody but the sound would ever name them again."""
    leg = recording.c.call_sid
    shown = exists(select(offer.c.token).join(callback_request, callback_request.c.id == offer.c.request_id).where(
        offer.c.resident_call_sid == leg, callback_request.c.number_id.is_not(None)
    ).correlate(recording))  # fmt: skip
    rang_us = exists(select(call.c.call_sid).where(call.c.call_sid == leg).correlate(recording))
    return select(leg).distinct().where(recording.c.id.in_(recordings), ~shown, ~rang_us)


def calls_of(connection: Connection, recordings: Collection[str]) -> dict[str, str]:
    """By recording: the call in which it was spoken."""
    if not recordings:
        return {}
    rows = connection.execute(select(recording.c.id, recording.c.call_sid).where(recording.c.id.in_(recordings)))
    return {row.id: row.call_sid for row in rows}


def matters(connection: Connection, call_sids: Collection[str]) -> list[tuple[str, str, str]]:
    """(call, recording | request, its id): what a legal hold on would keep the call's record too."""
    if not call_sids:
        return []
    table, stay, request = recording.c, waiting_caller.c, callback_request.c
    queries: tuple[tuple[str, Select[str, str]], ...] = (
        ("recording", select(table.call_sid, table.id).where(table.call_sid.in_(call_sids))),
        ("request", select(table.call_sid, table.request_id).where(table.call_sid.in_(call_sids))),
        ("request", select(stay.call_sid, stay.request_id).where(stay.call_sid.in_(call_sids))),
        ("request", select(request.origin_call_sid, request.id).where(request.origin_call_sid.in_(call_sids))),
    )
    rows = ((kind, row) for kind, query in queries for row in connection.execute(query))
    return [(row[0], kind, row[1]) for kind, row in rows if row[1] is not None]
