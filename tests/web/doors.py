"""Who passes which door: one row for each route of the console, and what a test posts there. Read by the guards' tests.

The matter behind each address is the housing service's, in aino's hands. ``open``: she gets in. ``closed``: another
role's (403). ``hidden``: not hers to know of, and answered as if it had never been (404, or that it has moved on).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

PERSONAS = ("aino", "fanni", "elli", "sirpa", "seppo", "olli")
# aino and fanni: agents of housing and of streets; elli: of the extended-hours desk; sirpa and seppo: supervisors of
# housing and of streets; olli: the administrator.


def _row(aino: str, fanni: str, elli: str, sirpa: str, seppo: str, olli: str) -> Mapping[str, str]:
    return dict(zip(PERSONAS, (aino, fanni, elli, sirpa, seppo, olli), strict=True))


IN, C, H = "open", "closed", "hidden"
ANYBODY = _row(IN, IN, IN, IN, IN, IN)
SUPERVISORS = _row(C, C, C, IN, IN, IN)
ADMINISTRATORS = _row(C, C, C, C, C, IN)
HER_TALK = _row(IN, H, H, H, H, H)  # only the agent who holds or held it
MATTER = _row(IN, H, H, IN, H, IN)  # its department, and administrators
OWNS_RULES = _row(C, C, C, C, C, IN)  # nobody here but the administrator is trusted with the city's rules
DECISION = _row(C, C, C, IN, H, IN)  # supervisors, about their departments' matters


@dataclass(frozen=True)
class Door:
    who: Mapping[str, str]
    body: Mapping[str, str] = field(default_factory=dict)
    hidden_as: tuple[int, ...] = (404,)
    query: str = ""


FILLED = {
    "token": "tok1",
    "request_id": "r1",
    "line_id": "c1",
    "notice_id": "n1",
    "switch_id": "w1",
    "recording_id": "m1234567",
    "item_id": "i1",
    "hold_id": "l1",
    "desk": "housing",
    "stop_id": "s1",
    "agent_id": "a_iida",
    "draft_id": "d1",
    "part": "topics",
    "element_id": "housing",
    "version": "1",
    "department": "housing",
    "plan_id": "p1",
    "form": "yaml",
    "filename": "console.css",
    "call_sid": f"CA{'c1':0>32}",
}
WHICH = {"at": "2026-11-25T10:00", "which": "arabia"}
BEFORE = {"revision": "99"}  # of a draft: not the one that stands, so nothing is changed
REASON = {"reason": "Asukas pyysi sitä."}

NEEDS_A_REASON = ("sound", "sound_file")  # no byte, and 403, before it stands in the record

DOORS: dict[str, Door] = {
    "static": Door(ANYBODY),
    # signing in, and one's own account
    "sign_in_page": Door(ANYBODY),
    "sign_in": Door(ANYBODY, {"sign_in": "nobody", "password": "wrong"}),
    "sign_out": Door(ANYBODY),
    "language": Door(ANYBODY, {"language": "sv"}),
    "openid_start": Door(ANYBODY),
    "openid_callback": Door(ANYBODY),
    "openid_signed_out": Door(ANYBODY),
    "openid_sign_out": Door(ANYBODY),
    "own_account": Door(ANYBODY),
    "change_password": Door(ANYBODY),
    "leave_everywhere": Door(ANYBODY),
    "new_password_page": Door(ANYBODY),
    "new_password": Door(ANYBODY),
    # accounts and the log
    "accounts": Door(ADMINISTRATORS),
    "make_account": Door(ADMINISTRATORS),
    "new_account": Door(ADMINISTRATORS),
    "account": Door(ADMINISTRATORS),
    "change_account": Door(ADMINISTRATORS),
    "close_account": Door(ADMINISTRATORS),
    "open_account": Door(ADMINISTRATORS),
    "reset_password": Door(ADMINISTRATORS),
    "unbind_account": Door(ADMINISTRATORS),
    "send_out": Door(ADMINISTRATORS),
    "operations": Door(ADMINISTRATORS),
    "audit": Door(SUPERVISORS),
    "audit_csv": Door(SUPERVISORS),
    # the desk: her own
    "desk": Door(ANYBODY),
    "desk_part": Door(ANYBODY),
    "desk_json": Door(ANYBODY),
    "presence": Door(ANYBODY, {"state": "break"}),
    "heartbeat": Door(ANYBODY),
    "break_after_call": Door(ANYBODY, {"on": "true"}),
    "telephone_token": Door(ANYBODY),
    "telephone_take": Door(ANYBODY, {"tab": "tab1"}),
    "events_ticket": Door(ANYBODY),
    "directory": Door(ANYBODY),
    # a talk
    "decline": Door(HER_TALK, {"reason": "conflict"}),
    "outcome": Door(HER_TALK, {"outcome": "done"}),
    "hang_up": Door(HER_TALK),
    "rings_about": Door(HER_TALK, {"request": "r1"}),
    "windows": Door(HER_TALK, query="?topic=housing"),
    "promise": Door(HER_TALK, {"topic": "housing", "window": "asap"}),
    "hold": Door(HER_TALK, {"on": "yes"}),
    "recording": Door(HER_TALK, {"paused": "yes"}),
    "transfer": Door(HER_TALK, {"kind": "warm", "goal_kind": "desk", "goal": "streets"}),
    "transfer_complete": Door(HER_TALK),
    "transfer_take_back": Door(HER_TALK),
    "transfer_join": Door(HER_TALK),
    "abusive": Door(HER_TALK, {"close": "no"}),
    "listen": Door(DECISION, {"mode": "listen"}, hidden_as=(404, 409, 422)),
    "stop_listening": Door(_row(C, C, C, IN, IN, IN)),  # her own listening only
    # matters
    "messages": Door(ANYBODY),
    "messages_part": Door(ANYBODY),
    "listen_to": Door(MATTER, {"reason": "matter"}),
    "sound": Door(MATTER, hidden_as=(404,)),
    "sound_page": Door(MATTER),
    "ask_for_file": Door(DECISION, {"reason": "complaint"}),
    "sound_file": Door(DECISION),
    "recordings": Door(SUPERVISORS),
    "recordings_found": Door(SUPERVISORS, {"kind": "message"}),
    "recording_page": Door(DECISION),
    "hold_recording": Door(DECISION, {"what": "recording", **REASON}),
    "end_hold": Door(DECISION, {"sure": "yes", **REASON}, hidden_as=(404, 409)),
    "holds": Door(SUPERVISORS),
    "end_listed_hold": Door(DECISION, {"sure": "yes", **REASON}),
    "matter_hold": Door(DECISION),
    "hold_matter": Door(DECISION, REASON),
    "heard": Door(MATTER),
    "handled": Door(MATTER),
    "answer_by": Door(MATTER, {"way": "text"}),
    "interpreter_page": Door(MATTER),
    "interpreter": Door(MATTER, WHICH),
    "no_interpreter": Door(MATTER),
    "queue": Door(ANYBODY),
    "queue_part": Door(ANYBODY),
    "queue_search": Door(ANYBODY, {"asked": "482913"}),
    "queue_search_again": Door(ANYBODY),
    "matter": Door(MATTER),
    "matter_part": Door(MATTER),
    "caller": Door(MATTER),
    "caller_part": Door(MATTER),
    "reassign": Door(DECISION, {"to": "agent:a_aino", **REASON}),
    "change_window": Door(DECISION, {"time": "asap", "told": "yes", **REASON}),
    "close_matter": Door(DECISION, {"why": "handled", "sure": "yes"}),
    # the board
    "line": Door(SUPERVISORS),
    "line_part": Door(SUPERVISORS),
    "resolve": Door(DECISION, {"decision": "again"}),
    "item_seen": Door(DECISION, hidden_as=(404, 409)),
    "pause_chosen": Door(DECISION, {"desk": "housing", **REASON}),
    "pause": Door(DECISION, REASON),
    "resume": Door(DECISION),
    "end_stop": Door(SUPERVISORS, {"sure": "yes"}),  # the city's ringing is every supervisor's
    "switches": Door(SUPERVISORS),
    "switch_on": Door(SUPERVISORS, {"kind": "close"}),
    "switch_end": Door(SUPERVISORS),
    "why_calls": Door(SUPERVISORS),
    "why_search": Door(DECISION, {"asked": f"CA{'c1':0>32}"}, hidden_as=(422,)),
    "why": Door(DECISION),
    "rules_watch": Door(SUPERVISORS),
    "rules_compare": Door(ADMINISTRATORS),  # or who owns the city's rules
    "rules_try": Door(SUPERVISORS),
    "rules_tried": Door(SUPERVISORS, {"at": "2026-11-21T17:05", "topic": "parking"}),
    "rules_week": Door(SUPERVISORS),
    "rules_calendar": Door(SUPERVISORS),
    "notices": Door(SUPERVISORS),
    "notice_words_again": Door(SUPERVISORS),
    "notice_words": Door(SUPERVISORS),
    "notice_on": Door(SUPERVISORS),
    "notice_off": Door(SUPERVISORS),
    # the rules: the city's own, and each department's hours
    "rules": Door(SUPERVISORS),
    "rules_begin": Door(OWNS_RULES, {"name": "Toinen"}),
    "rules_draft": Door(OWNS_RULES),
    "rules_draft_news": Door(OWNS_RULES),
    "rules_drop": Door(OWNS_RULES, BEFORE),
    "rules_text": Door(OWNS_RULES),
    "rules_text_keep": Door(OWNS_RULES, BEFORE),
    "rules_draft_file": Door(OWNS_RULES),
    "rules_check": Door(OWNS_RULES),
    "rules_publish": Door(OWNS_RULES, BEFORE),
    "rules_behind": Door(OWNS_RULES),
    "rules_take_in": Door(OWNS_RULES, BEFORE),
    "rules_plan_cancel": Door(OWNS_RULES),
    "rules_part": Door(OWNS_RULES),
    "rules_move": Door(OWNS_RULES, {"direction": "up", "element": "housing", **BEFORE}),
    "rules_element": Door(OWNS_RULES),
    "rules_keep": Door(OWNS_RULES, BEFORE),
    "rules_choose": Door(OWNS_RULES, BEFORE),
    "rules_remove": Door(OWNS_RULES, BEFORE),
    "rules_versions": Door(SUPERVISORS),
    "rules_version": Door(SUPERVISORS),
    "rules_version_file": Door(SUPERVISORS),
    "rules_roll_back_page": Door(OWNS_RULES),
    "rules_roll_back": Door(OWNS_RULES),
    "rules_hours_choose": Door(SUPERVISORS),
    "rules_hours": Door(DECISION),
    "rules_hours_look": Door(DECISION),
    "rules_hours_publish": Door(DECISION),
}
