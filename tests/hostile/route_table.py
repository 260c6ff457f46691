"""Every address that the service answers, and who may ask it. A new one is nobody's until a row says whose it is."""

SIGNED, ANYBODY, CONSOLE, OPERATOR = "signed by the provider", "anybody", "by tests/web/doors.py", "operator's token"

BY_PREFIX = {"/console/": CONSOLE, "/voice/": SIGNED, "/sms/": SIGNED}
ALONE = {
    "/healthz": ANYBODY,  # alive or not, nothing else
    "/readyz": ANYBODY,  # able to take calls or not: names of what is missing
    "/metrics": OPERATOR,  # figures only; behind the proxy it is not passed on (docs/running.md)
    "/voice/sound/<path:name>": ANYBODY,  # holds nothing but announcements and music
    "/voice/recorded/<token>.wav": ANYBODY,  # the caller's own message, by an address nobody guesses, during her call
}
SECRETS = (
    "SECRET_",
    "AUTH_TOKEN",
    "RECORDINGS_KEY",
    "password",
    "postgresql",
    "redis://",
    "unix://",
    "/data",
    "Traceback",
    "AC0000",
)


def whose(rule: str) -> str | None:
    if rule in ALONE:
        return ALONE[rule]
    return next((who for prefix, who in BY_PREFIX.items() if rule.startswith(prefix)), None)
