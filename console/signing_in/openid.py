"""The city's own sign-in (OpenID Connect): authorization code, PKCE, state and nonce. The one home of Authlib.

Each conversation with the provider runs apart, at most two at once, and is given up after ``DEADLINE_SECONDS``: a
provider that is slow or broken costs its own visitors a clear page, and callers nothing.
"""

import json
import secrets
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from dataclasses import asdict, dataclass
from threading import BoundedSemaphore
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from itsdangerous import BadData, URLSafeTimedSerializer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, KeySet, RSAKey

from adapters.origins import is_loopback
from adapters.settings import Settings
from console.signed import signer
from console.signing_in.openid_http import Broken, Http

T = TypeVar("T")

ALGORITHMS = ("RS256", "PS256", "ES256")  # signatures of the provider's own key; never none, never our shared secret
DEADLINE_SECONDS = 8.0
TURN_SECONDS = 0.5
AT_ONCE = 2
IN_LINE = 4  # those in conversation among them; each holds one of the threads that answer callers too
LEEWAY_SECONDS = 60  # two clocks
KEPT_SECONDS = 3600.0
KEYS_AGAIN_SECONDS = 30.0  # an unknown key is asked for again, but a forger cannot make us ask all day
FLOW_SECONDS = 600
CALLBACK = "/console/openid/callback"


class NotAdmitted(Exception):
    """Why nobody is signed in: ``provider`` (it does not answer, or not as it should), ``refused`` (it said no),
    ``stale`` (not begun in this browser, or too long ago), ``token`` (what it said of her does not hold)."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(frozen=True)
class Flow:
    """What this browser began: kept in its own signed cookie until it comes back, and used once."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Identity:
    """Whom the provider has vouched for. ``email``: only if it says that it has verified it."""

    subject: str
    email: str | None


@dataclass(frozen=True)
class Endpoints:
    authorization: str
    token: str
    keys: str
    end_session: str | None


class OpenId:
    def __init__(self, settings: Settings, http: Http | None = None, deadline: float = DEADLINE_SECONDS) -> None:
        self._settings = settings
        self._http = http or Http()
        self._deadline = deadline
        self._apart = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="openid")
        self._line = BoundedSemaphore(IN_LINE)
        self._endpoints: tuple[float, Endpoints] | None = None
        self._keys: tuple[float, KeySet] | None = None

    @property
    def configured(self) -> bool:
        return bool(self._settings.openid_issuer)

    # --- the way there -------------------------------------------------------------------------------------------

    def begin(self) -> tuple[str, str]:
        """The provider's address to go to, and what the browser keeps meanwhile. Raises NotAdmitted."""
        flow = Flow(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48))
        endpoints = self._within_deadline(self._discovered)
        url, _ = self._client().create_authorization_url(
            endpoints.authorization, state=flow.state, nonce=flow.nonce, code_verifier=flow.verifier
        )
        return str(url), self._signer().dumps(asdict(flow))

    def sign_out_address(self) -> str:
        """Where the provider ends her session too. Raises NotAdmitted when it has no such page."""
        end = self._within_deadline(self._discovered).end_session
        if end is None:
            raise NotAdmitted("provider", "no end_session_endpoint")
        back = {
            "client_id": self._settings.openid_client_id,
            "post_logout_redirect_uri": f"{self._settings.public_base_url}/console/sign-in",
        }
        return f"{end}{'&' if '?' in end else '?'}{urlencode(back)}"

    # --- the way back --------------------------------------------------------------------------------------------

    def finish(self, kept: str, given: Mapping[str, str]) -> Identity:
        """``kept``: the browser's cookie; ``given``: the parameters it came back with. Raises NotAdmitted."""
        flow = self._flow(kept)
        if not secrets.compare_digest(given.get("state", "").encode(), flow.state.encode()):
            raise NotAdmitted("stale", "another state")
        if given.get("iss", self._settings.openid_issuer) != self._settings.openid_issuer:
            raise NotAdmitted("token", "another issuer")  # RFC 9207: an answer of a provider that was not asked
        if "error" in given:
            raise NotAdmitted("refused", given["error"][:80])
        if not given.get("code"):
            raise NotAdmitted("provider", "no code")
        return self._within_deadline(lambda: self._exchange(flow, given["code"]))

    def _flow(self, kept: str) -> Flow:
        try:
            return Flow(**self._signer().loads(kept, max_age=FLOW_SECONDS))
        except (BadData, TypeError):
            raise NotAdmitted("stale", "no such sign-in was begun here") from None

    def _exchange(self, flow: Flow, code: str) -> Identity:
        endpoints = self._discovered()
        with self._client() as client:
            self._http.guard(client)
            token = client.fetch_token(endpoints.token, code=code, code_verifier=flow.verifier, allow_redirects=False)
        written = token.get("id_token")
        if not isinstance(written, str):
            raise NotAdmitted("provider", "no id_token")
        return self._identity(written, flow, token.get("access_token"))

    def _identity(self, written: str, flow: Flow, access_token: object) -> Identity:
        settings, signed = self._settings, self._signed(written)
        options = {
            "iss": {"essential": True, "value": settings.openid_issuer},
            "aud": {"essential": True, "value": settings.openid_client_id},
            "sub": {"essential": True},
        }
        params = {"nonce": flow.nonce, "client_id": settings.openid_client_id, "access_token": access_token}
        claims = CodeIDToken(signed.claims, signed.header, options, params)
        claims.validate(now=int(time.time()), leeway=LEEWAY_SECONDS)
        subject, email = claims["sub"], claims.get("email")
        if not isinstance(subject, str) or not 1 <= len(subject) <= 255:
            raise NotAdmitted("token", "sub")
        verified = claims.get("email_verified") is True and isinstance(email, str)
        return Identity(subject, email.strip().lower() if verified else None)

    def _signed(self, written: str) -> jwt.Token:
        try:
            return jwt.decode(written, self._key_set(again=False), algorithms=ALGORITHMS)
        except (JoseError, ValueError):  # perhaps the provider has changed its key since we asked
            return jwt.decode(written, self._key_set(again=True), algorithms=ALGORITHMS)

    # --- what the provider says of itself ------------------------------------------------------------------------

    def _discovered(self) -> Endpoints:
        if self._endpoints is not None and time.monotonic() - self._endpoints[0] < KEPT_SECONDS:
            return self._endpoints[1]
        issuer = self._settings.openid_issuer
        said = self._http.json(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if said.get("issuer") != issuer:
            raise Broken("it calls itself by another issuer than OPENID_ISSUER")
        end = said.get("end_session_endpoint")
        found = Endpoints(
            self._address(said.get("authorization_endpoint")),
            self._address(said.get("token_endpoint")),
            self._address(said.get("jwks_uri")),
            self._address(end) if end else None,
        )
        self._endpoints = (time.monotonic(), found)
        return found

    def _address(self, said: object) -> str:
        """Encrypted, unless the provider is on this machine."""
        if not isinstance(said, str) or urlsplit(said).scheme not in ("https", "http"):
            raise Broken("an endpoint is missing")
        if not said.startswith("https://") and not (is_loopback(said) and is_loopback(self._settings.openid_issuer)):
            raise Broken("an endpoint is not https")
        return said

    def _key_set(self, again: bool) -> KeySet:
        age = time.monotonic() - self._keys[0] if self._keys is not None else KEPT_SECONDS
        if self._keys is not None and age < (KEYS_AGAIN_SECONDS if again else KEPT_SECONDS):
            return self._keys[1]
        listed = self._http.json(self._discovered().keys).get("keys")
        keys = [key for key in (_key(one) for one in listed) if key is not None] if isinstance(listed, list) else []
        if not keys:
            raise Broken("it has no key that signs")
        self._keys = (time.monotonic(), KeySet(keys))
        return self._keys[1]

    # --- tools ---------------------------------------------------------------------------------------------------

    def _client(self) -> Any:
        return OAuth2Session(
            self._settings.openid_client_id,
            self._settings.openid_client_secret,
            redirect_uri=f"{self._settings.public_base_url}{CALLBACK}",
            scope="openid email profile",
            code_challenge_method="S256",
        )

    def _signer(self) -> URLSafeTimedSerializer:
        return signer([*reversed(self._settings.accepted_keys)], "console-openid")

    def _within_deadline(self, work: Callable[[], T]) -> T:
        """Raises NotAdmitted, whatever the provider does."""
        if not self._line.acquire(timeout=TURN_SECONDS):
            raise NotAdmitted("provider", "too many are signing in")
        asked = self._apart.submit(work)
        try:
            return asked.result(self._deadline)
        except NotInTime:
            asked.cancel()
            raise NotAdmitted("provider", "no answer in time") from None
        except (Broken, requests.RequestException) as error:
            raise NotAdmitted("provider", f"{type(error).__name__}: {error}"[:200]) from None
        except AuthlibBaseError as error:
            raise NotAdmitted("refused", str(error)[:200]) from None
        except (JoseError, ValueError, TypeError, KeyError, json.JSONDecodeError) as error:
            raise NotAdmitted("token", f"{type(error).__name__}: {error}"[:200]) from None
        finally:
            self._line.release()


def _key(listed: object) -> Key | None:
    """A key for signatures; others, and kinds we do not use, are passed over."""
    if not isinstance(listed, dict) or listed.get("use", "sig") != "sig":
        return None
    try:
        match listed.get("kty"):
            case "RSA":
                return RSAKey.import_key(listed)
            case "EC":
                return ECKey.import_key(listed)
            case _:
                return None
    except (JoseError, ValueError, TypeError, KeyError):
        return None
