"""I13: what the processes used before and after. One that was started anew in between is not compared."""

from collections.abc import Iterable

from adapters.engines import POOL
from tests.chaos.city import WEBS
from tests.chaos.run import ChaosRun

SHARE = 1.10
MEMORY_SLACK = 48 * 2**20  # of a process that has just met its first load
FILES_SLACK = 24  # connections that are kept
WEB_PROCESSES, WEB_THREADS = 2, 16  # of an instance; each thread keeps a line to the queue
WEB_FILES_SLACK = WEB_PROCESSES * (2 * POOL[0] + WEB_THREADS)  # the pools' own bounds: a file and its log, on SQLite
THREADS_SLACK = 34  # the web's threads are begun when they are needed, sixteen a process


def grown(run: ChaosRun) -> Iterable[str]:
    for name, before in run.before.items():
        after = run.after.get(name)
        if after is None or after.leaders != before.leaders:
            continue
        for what, was, now, slack in (
            ("memory", before.memory, after.memory, MEMORY_SLACK),
            ("files", before.files, after.files, WEB_FILES_SLACK if name in WEBS else FILES_SLACK),
            ("threads", before.threads, after.threads, THREADS_SLACK),
        ):
            if now > was * SHARE + slack:
                yield f"{name}: {what} {was} before, {now} after"
