"""What everybody on the machine may read of a running process: its arguments."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from adapters.settings import Settings

SECRET = {name.upper() for name, field in Settings.model_fields.items() if not field.repr}


def arguments_of(process: Path) -> str:
    with suppress(OSError):  # it has ended meanwhile
        return (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""


def secrets_of(pids: Iterable[int]) -> set[str]:
    """That stand in the environments of these; of an address its password."""
    found = set()
    for pid in pids:
        with suppress(OSError):
            given = Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace").split("\0")
            settings = dict(line.partition("=")[::2] for line in given)
            secret = {value for name, value in settings.items() if name in SECRET}
            found |= {urlsplit(value).password if "://" in value else value for value in secret}
    return {value for value in found if value}


def shown(pids: Iterable[int]) -> list[str]:
    """The command lines on this machine that hold a secret of these processes."""
    secrets = secrets_of(pids)
    assert secrets, "they have none: nothing was looked at"
    return holding(secrets)


def holding(secrets: Iterable[str]) -> list[str]:
    lines = [arguments_of(process) for process in Path("/proc").glob("[0-9]*")]
    return [line for line in lines if any(secret in line for secret in secrets)]
