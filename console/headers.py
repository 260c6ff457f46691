"""What each page of the console allows a browser to do: no inline script or style, no frame, no referrer; and what
every other answer of ours allows it: nothing."""

from urllib.parse import urlsplit

from flask import Response

from adapters.settings import REAL_TWILIO, Settings

# hosts of the browser telephone, from its README; only where the real provider is used
TWILIO_SOUND = "https://sdk.twilio.com https://media.twiliocdn.com"
TWILIO_SIGNALS = "https://eventgw.twilio.com https://*.twilio.com wss://*.twilio.com https://media.twiliocdn.com"
NO_PAGE = "default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"


def content_security_policy(settings: Settings) -> str:
    provider = settings.twilio_api_base_url
    real = provider == REAL_TWILIO
    scripts = "" if real else f" {provider}"
    signals = TWILIO_SIGNALS if real else f"{provider} {_as_websocket(provider)}"
    sound = TWILIO_SOUND if real else provider
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self'{scripts}",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            f"connect-src 'self' {_origin(settings.events_url)} {signals}",
            f"media-src 'self' blob: mediastream: {sound}",
            "worker-src 'self'",
            "form-action 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def add_headers(settings: Settings, response: Response, drawn_from_files: bool) -> Response:
    """``drawn_from_files``: style, script and drawings, the same for everybody; whatever else is personal."""
    response.headers["Content-Security-Policy"] = content_security_policy(settings)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Permissions-Policy"] = "microphone=(self), camera=(), geolocation=()"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if not drawn_from_files and "no-store" not in response.headers.get("Cache-Control", ""):
        response.headers["Cache-Control"] = "no-store"
    return add_least(settings, response)


def add_least(settings: Settings, response: Response) -> Response:
    """For every answer of every process, the provider's too: what is no page is drawn by no browser."""
    response.headers.setdefault("Content-Security-Policy", NO_PAGE)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    if settings.public_base_url.startswith("https://"):
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return response


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _as_websocket(origin: str) -> str:
    return origin.replace("http", "ws", 1)
