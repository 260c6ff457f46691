"""Named points at which a failure test may hold a process still, to kill it or a neighbour at exactly that moment.

Without ``FAULT_FILE`` (production refuses it) each point is one dictionary look-up and nothing else.
"""

import json
import os
import time

POINTS = ("claimed", "attempt_stored", "rest_created", "accepted", "answer_ready")
SOUND_POINTS = ("sound_opened", "sound_poured", "sound_sealed", "sound_noted", "sound_deleted")
KEEPING_POINTS = ("keeping_before_commit", "erasing_before_commit", "erased_a_part")
MOVE_POINTS = ("move_locked", "move_copied", "move_ready", "move_closed")
_FILE = os.environ.get("FAULT_FILE")
_HELD_AT_MOST = 10.0  # seconds of machine time


def reach(point: str) -> None:
    if _FILE is not None:
        _hold(_FILE, point)


def _hold(path: str, point: str) -> None:
    try:
        with open(path) as file:
            if json.load(file).get("point") != point:
                return
        os.rename(path, f"{path}.taken")
    except (OSError, ValueError):
        return
    with open(f"{path}.reached.part", "w") as file:
        json.dump({"pid": os.getpid(), "process": os.environ.get("PROCESS_KIND", "")}, file)
    os.rename(f"{path}.reached.part", f"{path}.reached")
    end = time.monotonic() + _HELD_AT_MOST
    while time.monotonic() < end and not os.path.exists(f"{path}.go"):
        time.sleep(0.01)
