"""Where things lie on this machine: the project's root, its var/ directory, the embedded Redis socket. Paths only."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Places:
    """The running installation's files, all below one directory so that tests can have their own."""

    root: Path = ROOT

    @property
    def data(self) -> Path:
        return self.root / "var" / "data"

    @property
    def log(self) -> Path:
        return self.root / "var" / "log"

    @property
    def run(self) -> Path:
        return self.root / "var" / "run"

    def make(self) -> None:
        """Raises OSError where the directory cannot be written."""
        for directory in (self.data, self.log, self.run):
            directory.mkdir(parents=True, exist_ok=True)


def socket_for(data_dir: Path) -> Path:
    """The embedded Redis socket of a data directory.

    A Unix socket's path may not exceed about 107 characters, so it does not lie in the data directory itself;
    its name is derived from it, so that every process finds the same one.
    """
    owner = os.getuid()
    mark = hashlib.sha256(str(data_dir.resolve()).encode()).hexdigest()[:12]
    short = Path(tempfile.gettempdir())
    if len(str(short)) > 60:
        short = Path("/tmp")  # noqa: S108  the directory below is created 0700 and checked for its owner
    return short / f"one-number-{owner}" / f"{mark}.sock"
