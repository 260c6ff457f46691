"""Becomes the embedded store: ``python -m operations.valkey SERVER DATA_DIRECTORY SOCKET [RULES]``.

SERVER ``-``: the one at hand. With RULES (``deploy/valkey/service.acl``) whoever reaches the socket may do what they
say, and nobody may do more.

Prepares the two directories on every start (a cleaned-up temporary directory must not keep the store down) and
then replaces itself with the server.
"""

import os
import stat
import sys
from pathlib import Path


def main() -> None:
    server, data, socket = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    limits = [word for file in sys.argv[4:] for word in rules(Path(file))]
    server = _at_hand() if server == "-" else server
    data.mkdir(parents=True, exist_ok=True)
    _private(socket.parent)
    socket.unlink(missing_ok=True)
    os.execv(server, [server, *_arguments(data, socket), *_only(limits)])  # noqa: S606  the server that specs found


def _at_hand() -> str:
    from operations.specs import NoStore, store_server  # reads the settings' library, which nobody else here needs

    try:
        return store_server()
    except NoStore:
        sys.exit("No Redis-compatible server is available on this machine: install valkey.")


def _private(directory: Path) -> None:
    """The socket's directory is ours alone: who can write to the store can plant jobs."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        sys.exit(f"{directory} is open to others: the store's socket needs a directory of its own.")


def rules(file: Path) -> list[str]:
    """The words of a file of rights, without its comments."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return [word for line in lines if not line.startswith("#") for word in line.split()]


def _only(limits: list[str]) -> list[str]:
    """The only user there is; the directory of the socket is her password."""
    return ["--user", "default", "reset", "on", "nopass", *limits] if limits else []


def _arguments(data: Path, socket: Path) -> list[str]:
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(data),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    return [word for name, value in options.items() for word in (f"--{name}", value)]


if __name__ == "__main__":
    main()
