"""How a program becomes the first process of a network of its own, and why that may not go on this machine."""

import os
import shutil
import subprocess
import sys
from typing import NoReturn

ALONE = ("unshare", "--user", "--map-root-user", "--net", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child")
NOT_HERE = 3  # the exit code that says so


def cannot() -> str:
    """Why there can be no hosts here; empty: there can."""
    missing = [name for name in ("unshare", "nsenter", "ip") if shutil.which(name) is None]
    if missing:
        return f"No hosts on this machine: {' and '.join(missing)} (util-linux, iproute2) are not installed."
    tried = subprocess.run([*ALONE, "ip", "link", "set", "lo", "up"], capture_output=True, text=True, check=False)
    if tried.returncode:
        return f"No hosts on this machine: it allows no network namespaces ({tried.stderr.strip()[-120:]})."
    return ""


def become_first(*module_and_more: str) -> NoReturn:
    """Whoever ends us then ends all of it. The last word names what tells the program that it is there already."""
    *program, inside = module_and_more
    argv = [*ALONE, sys.executable, "-m", *program]
    os.execvpe(argv[0], argv, {**os.environ, inside: "1"})  # noqa: S606  ourselves
