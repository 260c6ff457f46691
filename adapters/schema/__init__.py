"""Every table of the record, in one place, so that Alembic, the stores and a reader see the same thing.

Two clocks run in this service, and the column name says which one a time belongs to:
  ``*_at``      business time (opening hours, windows, due times): aware UTC datetime, may be shifted or sped up.
  ``*_machine`` machine time (leases, heartbeats, deadlines): Unix seconds, never shifted.
Telephone numbers stand in ``phone_number`` and, during a call, in ``call_draft``; nowhere else.
"""

from adapters.schema.calls import call, call_draft, code_try, phone_number, receipt, status_event, text_message
from adapters.schema.columns import UtcTime, metadata
from adapters.schema.line import desk_pause, line_event, listening, offer, transfer, waiting_caller
from adapters.schema.people import agent, audit_event, audit_seal, presence, session, sign_in_failure
from adapters.schema.promises import (
    callback_event,
    callback_request,
    promise_told,
    ringing_stop,
    settlement,
    supervisor_item,
)
from adapters.schema.rules import route_decision, rules_draft, rules_plan, rules_switch, ruleset, watch_run
from adapters.schema.sound import deletion, legal_hold, recording, sound_access
from adapters.schema.watching import alarm, provider_alert, tally, test_call, traffic_hour
from adapters.schema.work import notice, outbox, process_start, provider_pace

__all__ = [
    "UtcTime",
    "agent",
    "alarm",
    "audit_event",
    "audit_seal",
    "call",
    "call_draft",
    "callback_event",
    "callback_request",
    "code_try",
    "deletion",
    "desk_pause",
    "legal_hold",
    "line_event",
    "listening",
    "metadata",
    "notice",
    "offer",
    "outbox",
    "phone_number",
    "presence",
    "process_start",
    "promise_told",
    "provider_alert",
    "provider_pace",
    "receipt",
    "recording",
    "ringing_stop",
    "route_decision",
    "rules_draft",
    "rules_plan",
    "rules_switch",
    "ruleset",
    "watch_run",
    "session",
    "settlement",
    "sign_in_failure",
    "sound_access",
    "status_event",
    "supervisor_item",
    "tally",
    "test_call",
    "text_message",
    "traffic_hour",
    "transfer",
    "waiting_caller",
]
