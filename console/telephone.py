"""The browser telephone's key: a Twilio access token that may only receive calls, for one agent, for an hour."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant

from adapters.settings import REAL_TWILIO

if TYPE_CHECKING:
    from bootstrap import Services

TOKEN_SECONDS = 3600
OWN_SDK = "/console/static/vendor/twilio.min.js"


@dataclass(frozen=True)
class Telephone:
    token: str
    identity: str
    sdk_url: str
    edge: str


def telephone_for(services: "Services", agent_id: str) -> Telephone:
    """Without an API key (only ever with a provider on this machine) the account's own token signs."""
    settings = services.settings
    token = AccessToken(
        settings.twilio_account_sid,
        settings.twilio_api_key or settings.twilio_account_sid,
        settings.twilio_api_secret or settings.twilio_auth_token,
        identity=agent_id,
        ttl=TOKEN_SECONDS,
        region=settings.twilio_region or None,
    )
    token.add_grant(VoiceGrant(incoming_allow=True))
    return Telephone(str(token.to_jwt()), agent_id, sdk_url(services), settings.twilio_edge)


def sdk_url(services: "Services") -> str:
    """The real provider's library is served by us; a stand-in brings its own."""
    base = services.settings.twilio_api_base_url
    return OWN_SDK if base == REAL_TWILIO else f"{base}/voice-sdk.js"
