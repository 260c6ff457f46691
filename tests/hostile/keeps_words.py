"""Columns in which people's own words are kept, as they wrote them. Everything else holds codes, ids and times."""

KEEPS_WORDS = frozenset(
    {
        "agent.name",
        "agent.sign_in",
        "audit_event.detail",
        "callback_event.note",
        "callback_request.interpreter",  # the language, as the agent writes it
        "desk_pause.reason",
        "legal_hold.reason",
        "notice.words",
        "offer.note",
        "recording.note",
        "rules_draft.document",  # checked before it is published
        "rules_draft.name",
        "rules_plan.document",
        "rules_plan.reason",
        "rules_switch.reason",
        "ruleset.document",
        "ruleset.reason",
        "sign_in_failure.sign_in",  # the name that was tried; a day long
        "sound_access.why",
    }
)
# addresses whose last part is a choice and not an id: an unknown one shows the usual page
TELLS_APART = frozenset({"static"})
