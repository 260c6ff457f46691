"""The only file that knows everyone: settings in, services out. Web, worker, scheduler and tests begin here."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from adapters.clock import Clock, clock_for
from adapters.database import Database
from adapters.media import Media
from adapters.moved import never_made_anew
from adapters.outbox import Outbox
from adapters.provider_door import Door
from adapters.redis_live import LiveHints
from adapters.schema import process_start
from adapters.settings import Settings, SettingsInvalid, load_settings
from adapters.voice_gateway import VoiceGateway
from callbacks.limit_watch import StopBoard
from desks.supervision.judged import JudgedToday
from ivr.speech.announcements import Announcements
from ivr.speech.announcements import load as load_announcements
from queue_workers.enqueue import Enqueuer
from recordings.transcripts import Transcriber, TranscriberInvalid, transcriber_for
from recordings.vault import Vault
from recordings.vault.opening import vault_for
from routing_rules.document import RulesetInvalid, parse
from routing_rules.model import Ruleset
from routing_rules.notices.service import NoticeBoard
from routing_rules.service import RulesHolder


@dataclass(frozen=True)
class Services:
    settings: Settings
    clock: Clock
    database: Database
    rules: RulesHolder
    live: LiveHints
    announcements: Announcements
    gateway: VoiceGateway
    outbox: Outbox
    hurry: Callable[[], object]  # after a commit that may let a matter be dealt
    vault: Vault  # recorded sound, encrypted
    media: Media  # recorded sound at the provider
    notices: NoticeBoard
    stops: StopBoard = field(default_factory=StopBoard)
    transcriber: Transcriber | None = None  # None: no recording becomes text
    judged: JudgedToday = field(default_factory=JudgedToday)

    @property
    def base(self) -> str:
        return self.settings.public_base_url.rstrip("/")

    @property
    def caller_id(self) -> str:
        return self.settings.shown_number

    def changed(self, who: str = "all") -> None:
        """Tell the open pages that something they show has changed."""
        self.live.publish("desk", who)


def build_services(settings: Settings | None = None) -> Services:
    settings = settings or load_settings(dict(os.environ))
    clock = clock_for(settings.clock_file)
    database = Database(settings.database_url)
    never_made_anew(database.engine)
    rules = RulesHolder(_rules_at_hand(settings))
    rules.refresh(database, clock.now())
    notices = NoticeBoard()
    notices.refresh(database, clock.now())
    stops = StopBoard()
    stops.refresh(database)
    live = LiveHints(settings.redis_url)
    enqueuer = Enqueuer(live)
    gateway = VoiceGateway(
        settings.twilio_account_sid,
        settings.twilio_auth_token,
        settings.twilio_api_base_url,
        settings.twilio_region or None,
        settings.twilio_edge or None,
    )
    outbox = Outbox(clock, enqueuer.effect)
    return Services(
        settings, clock, database, rules, live, load_announcements(), gateway, outbox, enqueuer.deal,
        vault_for(settings), media_for(settings), notices, stops, _transcriber(settings),
    )  # fmt: skip


def _transcriber(settings: Settings) -> Transcriber | None:
    try:
        return transcriber_for(settings.transcriber)
    except TranscriberInvalid as invalid:
        raise SettingsInvalid([str(invalid)]) from None


def media_for(settings: Settings) -> Media:
    return Media(door_for(settings))


def door_for(settings: Settings) -> Door:
    return Door(
        settings.twilio_account_sid,
        settings.twilio_auth_token,
        settings.twilio_api_base_url,
        settings.twilio_region,
        settings.twilio_edge,
    )


def _rules_at_hand(settings: Settings) -> Ruleset | None:
    """What is answered with until the record has spoken: a process that starts while SQL is down still takes calls."""
    try:
        return parse(settings.ruleset_file.read_text())
    except (OSError, RulesetInvalid):
        return None


def record_start(services: Services, kind: str) -> None:
    """Notes when a kind of process began to serve: heartbeats missed by ourselves are not held against agents."""
    now = services.clock.machine()
    make = sqlite_insert if services.database.is_sqlite else postgres_insert
    row = make(process_start).values(kind=kind, started_machine=now, beat_machine=now)
    with services.database.write() as tx:
        tx.connection.execute(
            row.on_conflict_do_update(
                index_elements=[process_start.c.kind], set_={"started_machine": now, "beat_machine": now}
            )
        )
