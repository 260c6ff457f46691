"""One examination: every check in order, facts looked up and judged one after another. Exits and prints nothing."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from adapters.origins import is_loopback
from adapters.provider_account import ProviderAccount
from adapters.provider_facts import Account, OwnedNumber
from adapters.settings import Settings, serve_problems
from ivr import fallback
from ivr.doctor import judge_account, judge_here, judge_sound, judge_web, look_here, look_sound, look_web, store
from ivr.doctor.judge_account import Aim, Number
from ivr.doctor.model import Finding, NoAnswer, Wanted, ask, fault, fine, warn
from ivr.speech.announcements import Announcements
from routing_rules.model import Ruleset

COUNTRIES = ("FI", "AX")  # until a ruleset says otherwise


@dataclass(frozen=True)
class Options:
    set_webhooks: bool = False
    fallback_url: str = ""  # set together with the webhooks
    least_free_mb: int = 2000


class Examination:
    def __init__(
        self, settings: Settings, provider: ProviderAccount, announcements: Announcements, options: Options
    ) -> None:
        self.settings, self.provider, self.options = settings, provider, options
        self.announcements = announcements
        base = settings.public_base_url.rstrip("/")
        self.wanted = Wanted(settings.city_number, settings.shown_number, base)
        self.aim: Aim = "trial" if is_loopback(settings.twilio_api_base_url) else "residents"
        self.rules: Ruleset | None = None

    def findings(self) -> Iterator[Finding]:
        yield from self._settings()
        yield from self._here()
        yield from self._keys()
        yield from self._number()
        yield from self._web()
        yield from self._account()
        yield from self._people()

    def _settings(self) -> Iterator[Finding]:
        if self.aim == "residents":
            yield from (fault("settings.unsafe", ("problem", p)) for p in serve_problems(self.settings))

    # --- this machine --------------------------------------------------------------------------------------------

    def _here(self) -> Iterator[Finding]:
        settings = self.settings
        yield judge_here.disk(look_here.free_mb(settings.data_dir), self.options.least_free_mb, str(settings.data_dir))
        found = store.look(settings.database_url, time.time())
        yield from judge_here.record(found, time.time())
        yield from judge_here.redis(look_here.live_store(settings.redis_url))
        yield from judge_sound.vault(look_sound.look(settings), settings.recordings_store or "DATA_DIR/recordings")
        if not isinstance(found, NoAnswer):
            yield from self._rules(look_here.ruleset(found.ruleset))

    def _rules(self, found: Ruleset | None | NoAnswer) -> Iterator[Finding]:
        yield from judge_here.rules(found, {self.settings.city_number, self.settings.shown_number})
        if not isinstance(found, Ruleset):
            return
        self.rules = found
        known = look_here.zone_known(found.time_zone)
        yield judge_here.zone(found.time_zone, known)
        if known:
            yield from judge_here.next_holidays(found, datetime.now(UTC).astimezone(ZoneInfo(found.time_zone)).date())
            yield judge_here.kept_fallback(look_here.kept_fallback(self.settings.data_dir), self._document(found))

    def _document(self, rules: Ruleset) -> str:
        return fallback.document(rules, self.announcements, self.settings.city_number)

    # --- the provider's account ----------------------------------------------------------------------------------

    def _keys(self) -> Iterator[Finding]:
        account = self.provider.account()
        now = time.time()
        key = self.settings.twilio_api_key
        accepted = self.provider.key_accepted(key, self.settings.twilio_api_secret) if key else None
        yield from judge_account.keys(account, accepted)
        told = account.provider_time if isinstance(account, Account) else None
        yield judge_here.clock(None if told is None else now - told)
        if self.settings.clock_file is not None:
            yield warn("clock.shifted")

    def _number(self) -> Iterator[Finding]:
        city, shown = self._look_up()
        yield from judge_account.numbers(city, shown, self.wanted)
        owned = judge_account.answering(city, shown)
        if owned is None and self.options.set_webhooks:
            yield fault("webhooks.not_set", ("number", self.wanted.city_number))
        if owned is not None and self.options.set_webhooks:
            yield self._set(owned)
            owned = judge_account.answering(*self._look_up()) or owned
        if owned is not None:
            yield from judge_account.webhooks(owned, self.wanted)
            yield self._hosted(owned)
        yield ask("webhooks.messaging_service")

    def _look_up(self) -> tuple[Number, Number]:
        city = self.provider.number(self.wanted.city_number)
        same = self.wanted.caller_id == self.wanted.city_number
        return city, city if same else self.provider.number(self.wanted.caller_id)

    def _set(self, owned: OwnedNumber) -> Finding:
        changes = {
            "VoiceUrl": self.wanted.voice_url,
            "VoiceMethod": "POST",
            "StatusCallback": self.wanted.status_callback,
            "StatusCallbackMethod": "POST",
            "SmsUrl": self.wanted.sms_url,
            "SmsMethod": "POST",
        }
        if owned.application:
            changes["VoiceApplicationSid"] = ""
        if self.options.fallback_url:  # static servers answer GET only
            changes |= {"VoiceFallbackUrl": self.options.fallback_url, "VoiceFallbackMethod": "GET"}
        elif not owned.fallback_url:
            changes |= {"VoiceFallbackUrl": self.wanted.live_fallback, "VoiceFallbackMethod": "POST"}
        refused = self.provider.set_webhooks(owned.sid, changes)
        if refused is not None:
            return fault("webhooks.refused", ("why", f"HTTP {refused.status}" if refused.status else refused.why))
        return fine("webhooks.set", ("names", ", ".join(name for name in changes if not name.endswith("Method"))))

    def _hosted(self, owned: OwnedNumber) -> Finding:
        elsewhere = owned.fallback_url and not judge_web.is_ours(owned.fallback_url, self.wanted.public_base_url)
        said = look_web.fallback(owned.fallback_url, owned.fallback_method) if elsewhere else None
        current = self._document(self.rules) if self.rules is not None else None
        return judge_web.hosted_fallback(owned, self.wanted.public_base_url, said, current, self.aim)

    def _account(self) -> Iterator[Finding]:
        yield from judge_account.profile(self.provider.profiles())
        yield ask("profile.concurrency")
        yield ask("rate.question")
        countries = self.rules.allowed_countries if self.rules is not None else COUNTRIES
        yield from judge_account.geo(tuple((iso, self.provider.country(iso)) for iso in countries))
        sender = self.settings.sms_sender
        owned = self.provider.number(sender) if sender.startswith("+") else None
        yield from judge_account.sms(sender, owned)
        recording = self.provider.newest_recording()
        found = isinstance(recording, str)
        yield judge_account.media(recording, look_web.fetch("GET", str(recording)) if found else None)

    # --- from outside, and by people -----------------------------------------------------------------------------

    def _web(self) -> Iterator[Finding]:
        base = self.wanted.public_base_url
        yield from judge_web.origin(base, look_web.health(base), self.aim)
        account, token = self.settings.twilio_account_sid, self.settings.twilio_auth_token
        yield from judge_web.signature(*look_web.probes(base, account, token))
        yield ask("origin.outside", ("base", base))

    def _people(self) -> Iterator[Finding]:
        yield from (ask(key) for key in ("number.bundle", "number.owner", "ruleset.fallback_answered"))


def account_of(settings: Settings) -> ProviderAccount:
    return ProviderAccount(
        settings.twilio_account_sid,
        settings.twilio_auth_token,
        settings.twilio_api_base_url,
        settings.twilio_region or None,
        settings.twilio_edge or None,
    )
