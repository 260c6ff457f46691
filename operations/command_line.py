"""What the commands of the machine's keeper share: the service's environment, and a refusal in one sentence."""

import os
import sys
from pathlib import Path

from dotenv import dotenv_values

NOTHING_DONE = 2


def environment_of(root: Path) -> dict[str, str]:
    """``.env`` of the installation, overruled by the environment."""
    written = {name: value for name, value in dotenv_values(root / ".env").items() if value is not None}
    return {**written, **os.environ}


def refused(sentence: str) -> int:
    print(sentence, file=sys.stderr, flush=True)
    return NOTHING_DONE
