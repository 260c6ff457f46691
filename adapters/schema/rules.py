"""The rules as supervisors work on them: versions, drafts, plans, quick switches; and why each call went where."""

from sqlalchemy import Column, Float, Index, Integer, String, Table, Text, text

from adapters.schema.columns import FreeLine, FreeText, UtcTime, metadata, own_id, own_number

ruleset = Table(
    "ruleset",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("state", String(12), nullable=False),  # published | retired
    Column("published_at", UtcTime, nullable=False),
    Column("retired_machine", Float),
    Column("author", String(80), nullable=False),
    Column("reason", FreeText, nullable=False),
    Column("document", Text, nullable=False),  # JSON of routing_rules.model.Ruleset
    Column("kind", String(12), nullable=False, server_default="first"),  # first | draft | hours | rollback | file
    Column("based_on", Integer),  # the version it was published over
    Column("source", String(32)),  # id of the draft, or the version that was rolled back to
    Column("changes", Text, nullable=False, server_default="[]"),  # JSON: routing_rules.versions.difference
    Column("warnings", Text, nullable=False, server_default="[]"),  # JSON: warnings that the author has ticked
)

rules_draft = Table(  # a working copy; several people may work on one, and on several
    "rules_draft",
    metadata,
    own_id(),
    Column("name", FreeLine(80), nullable=False),
    Column("base_version", Integer, nullable=False),  # the version it was begun from, or merged with since
    Column("revision", Integer, nullable=False),  # one more with each change: whoever saves over another one is told
    Column("document", Text, nullable=False),  # JSON as written; need not be a whole ruleset yet
    Column("author", String(40), nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("changed_by", String(40), nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("state", String(12), nullable=False),  # open | planned | published | dropped
)

rules_plan = Table(  # a publication at a future moment
    "rules_plan",
    metadata,
    own_id(),
    Column("draft_id", String(32), nullable=False),
    Column("based_on", Integer, nullable=False),
    Column("document", Text, nullable=False),
    Column("warnings", Text, nullable=False, server_default="[]"),
    Column("author", String(40), nullable=False),
    Column("reason", FreeText, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("publish_at", UtcTime, nullable=False),
    Column("state", String(12), nullable=False),  # planned | published | cancelled | refused
    Column("version", Integer),  # that it became
    Column("refused", Text),  # JSON: why it could not be published at its moment
)
Index(
    "ix_rules_plan_due",
    rules_plan.c.publish_at,
    sqlite_where=text("state = 'planned'"),
    postgresql_where=text("state = 'planned'"),
)

rules_switch = Table(  # a quick switch: in force from its making until its end
    "rules_switch",
    metadata,
    own_id(),
    Column("kind", String(12), nullable=False),  # close | divert | withhold
    Column("department", String(40)),  # closed; or whose callbacks are withheld, null: in the whole city
    Column("topic", String(40)),  # diverted
    Column("goal", String(40)),  # department that answers it meanwhile
    Column("reason", FreeText, nullable=False),
    Column("author", String(40), nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("until_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),  # by a person, before its time
    Column("ended_by", String(40)),
)
Index(
    "ix_rules_switch_running",
    rules_switch.c.until_at,
    sqlite_where=text("ended_at IS NULL"),
    postgresql_where=text("ended_at IS NULL"),
)

route_decision = Table(  # why a call went where: the facts, so that the decision can be shown again
    "route_decision",
    metadata,
    own_number(),
    Column("call_sid", String(34), nullable=False, index=True),
    Column("at", UtcTime, nullable=False, index=True),
    Column("ruleset_version", Integer, nullable=False),
    Column("topic", String(40), nullable=False),
    Column("language", String(2), nullable=False),
    Column("route", String(20), nullable=False),  # line | number | duty | partner | closed | nobody | ...
    Column("desk", String(40)),  # department or duty that answers
    Column("facts", Text, nullable=False),  # JSON: desks staffed, wait, areas of rules that the number lies in
)

watch_run = Table(  # the nightly watchdog: one row for each night
    "watch_run",
    metadata,
    own_id(),
    Column("day", String(10), nullable=False, unique=True),  # local date: once a night, whoever begins it
    Column("ruleset_version", Integer, nullable=False),
    Column("began_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Column("looked", Integer, nullable=False, server_default="0"),  # decisions
    Column("tried", Integer, nullable=False, server_default="0"),  # of them through the webhooks
    Column("findings", Text, nullable=False, server_default="[]"),  # JSON
    Column("seen_by", String(40)),  # a supervisor has read them
)
