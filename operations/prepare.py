"""Makes .venv and installs what is pinned and hashed: ``python3 -m operations.prepare [--tests]``.

Runs before anything is installed: standard library only. A stamp with
the requirements' hash lets a later start skip all of it.
"""

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

from operations.assets import PIP_INSTALL, begin_to_fetch, finish_fetching

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"


class CannotPrepare(Exception):
    """One sentence for the person who starts the service."""


def main() -> int:
    requirements = ROOT / ("requirements-dev.txt" if "--tests" in sys.argv else "requirements.txt")
    try:
        if not os.access(ROOT, os.W_OK):
            raise CannotPrepare(f"{ROOT} cannot be written: put the project into a directory of your own.")
        fetching = begin_to_fetch()  # beside pip: each waits for the network in its own time
        try:
            _install(requirements)
        finally:
            finish_fetching(fetching, PYTHON)
    except (CannotPrepare, OSError) as problem:
        print(problem, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


def _install(requirements: Path) -> None:
    stamp_file = VENV / f".ready-{requirements.stem}"
    stamp = hashlib.sha256(requirements.read_bytes()).hexdigest()
    if PYTHON.exists() and stamp_file.exists() and stamp_file.read_text() == stamp:
        return
    begun = time.monotonic()
    _make_venv()
    print("  installing packages (about half a minute the first time)", flush=True)
    if subprocess.call([str(PYTHON), *PIP_INSTALL, str(requirements)]) != 0:
        raise CannotPrepare("The packages could not be installed: can this machine reach its package index?")
    stamp_file.write_text(stamp)
    print(f"  packages installed in {time.monotonic() - begun:.0f} s", flush=True)


def _make_venv() -> None:
    if _works():
        return
    try:
        import ensurepip  # noqa: F401  its absence is how Debian's split package shows
        import venv  # noqa: F401
    except ImportError:
        raise CannotPrepare("Python's venv module is missing: on Debian and Ubuntu install python3-venv.") from None
    print("  making .venv", flush=True)
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], capture_output=True, text=True, check=False)
    if made.returncode != 0 or not _works():
        words = (made.stderr or made.stdout).strip().splitlines() or ["no reason was given"]
        raise CannotPrepare(f"The virtual environment .venv could not be made: {words[-1]}")


def _works() -> bool:
    """Also false for a .venv whose Python was removed or is too old."""
    if not PYTHON.exists():
        return False
    question = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([PYTHON, "-c", question], capture_output=True, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
