"""Which of several hosts holds the record: found within a webhook's deadline, also when one of them only swallows.

The driver would try one after another, two seconds each: a caller would hear nothing for all of them. Here the host
that was right last time is tried first, alone for a moment; then all the others beside it, and the first that can be
written to is taken. Only the way to a connection lives here.
"""

import math
import queue
import select
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from psycopg.pq import PollingStatus
from sqlalchemy.exc import DBAPIError

from adapters.deadline import Ticket

ALONE_SECONDS = 0.3  # for the host that was right last time
WHOLE_SECONDS = 2.0

ONLY_READ = "25006"  # read_only_sql_transaction: whoever answers holds the record no longer
CALL_OFF = "call off"
CALL_OFF_SECONDS = 2.0
CALLING_OFF = threading.Semaphore(4)
ALONE = "alone"  # of a connection: its last commit is on one host only, although a standby was to have it too
ASKER = threading.local()  # until when whoever connects in this thread waits
GIVEN_UP_WAITING = "SyncRepWaitForLSN"  # the server's own name of the place where it waits for its standby

Connect = Callable[[str, str], Any]
Outcome = tuple[int, Any, Exception | None]


def session(deadline: float, planned_once: bool) -> str:
    """What each session is told: nothing waits longer than this, and nobody who is cut off keeps a lock for long.

    No statement is compiled, nor spread over several processes: that pays for those that run for seconds, and ours may
    not. But a record with many open promises is thought to have as many that are due, and a look at the few that are
    waited five to twenty milliseconds for helpers who found nothing to do.
    """
    milliseconds = int(deadline * 1000)
    planning = " -c plan_cache_mode=force_generic_plan" if planned_once else ""
    return (
        f"-c statement_timeout={milliseconds} -c lock_timeout={milliseconds // 2} "
        f"-c idle_in_transaction_session_timeout={milliseconds * 5} -c timezone=UTC "
        f"-c jit=off -c max_parallel_workers_per_gather=0{planning}"
    )


def know(connection: Any, kept: Any) -> None:
    """Of each new connection: how its work is called off, and whether a standby has what it wrote.

    A commit whose wait for the standby is called off *succeeds*, with a mere warning: what the caller then heard would
    be lost with this one host. So it counts as a failure, and she hears another way.
    """
    kept.info[CALL_OFF] = connection.pgconn.cancel_conn()

    def hear(notice: Any) -> None:
        if notice.source_function == GIVEN_UP_WAITING:
            kept.info[ALONE] = True

    connection.add_notice_handler(hear)


@contextmanager
def freed(info: dict[Any, Any], ticket: Ticket) -> Iterator[None]:
    """Whoever was cut off for being late is told so at the server too: a commit waits there for its standby without any
    deadline, with its locks, and a few dozen of them would leave nobody a connection."""
    try:
        yield
    finally:
        if ticket.cut and CALLING_OFF.acquire(blocking=False):
            threading.Thread(target=_call_off, args=(info[CALL_OFF],), daemon=True, name="call-off").start()


def _call_off(way: Any) -> None:
    try:
        with suppress(Exception):
            _knock(way, time.monotonic() + CALL_OFF_SECONDS)
    finally:
        CALLING_OFF.release()


def _knock(way: Any, until: float) -> None:
    """Step by step, with a deadline. The driver's one-step cancel holds the interpreter while it waits: at a host that
    is cut off the whole process would stand still for up to two minutes, with every caller in it."""
    try:
        way.start()
        while (wants := way.poll()) in (PollingStatus.READING, PollingStatus.WRITING):
            waiting = select.poll()
            waiting.register(way.socket, select.POLLIN if wants == PollingStatus.READING else select.POLLOUT)
            if not waiting.poll(max(until - time.monotonic(), 0.0) * 1000):
                return
    finally:
        way.finish()


def refuse_if_alone(info: dict[Any, Any]) -> None:
    """Of the connection that has just committed."""
    if info.pop(ALONE, False):
        raise DBAPIError("no standby has confirmed what was written", None, TimeoutError("standby"))


@contextmanager
def brought_by(until: float | None) -> Iterator[None]:
    """A connection that is asked for inside is waited for until then (monotonic seconds; None: as long as by anybody):
    the driver itself waits two seconds at least, and nobody can be left in silence so long."""
    ASKER.until = until
    try:
        yield
    finally:
        ASKER.until = None


def way_to(parameters: Mapping[str, Any]) -> Callable[..., Any]:
    """The engine's way to a new connection."""
    names, ports = str(parameters.get("host", "")).split(","), str(parameters.get("port", "")).split(",")
    return RecordHosts([(name, ports[min(n, len(ports) - 1)]) for n, name in enumerate(names)]).for_engine


class RecordHosts:
    """``connect(host, port)`` is the driver's; it raises where the host does not hold the record."""

    def __init__(self, hosts: Sequence[tuple[str, str]]) -> None:
        self._hosts = tuple(hosts)
        self._last = 0

    def connect(self, connect: Connect) -> Any:
        """Raises what the driver raised at the last host that answered, or TimeoutError."""
        return _Search(self._hosts, connect).found(self._last, self._remember)

    def for_engine(self, dialect: Any, _record: Any, arguments: Any, parameters: Any) -> Any:
        """Raises the driver's own error: who uses the record knows no other."""

        def connect(host: str, port: str) -> Any:
            place = {"host": host, "port": port} if len(self._hosts) > 1 else {}  # the only one's is the driver's own
            return dialect.connect(*arguments, **{**parameters, **place})

        try:
            return self.connect(connect)
        except TimeoutError as nobody:
            raise dialect.loaded_dbapi.OperationalError(str(nobody)) from None

    def _remember(self, number: int) -> None:
        self._last = number


class _Search:
    """Threads of their own, because the driver waits two seconds at least; what they bring too late is closed."""

    def __init__(self, hosts: Sequence[tuple[str, str]], connect: Connect) -> None:
        self._hosts, self._connect = hosts, connect
        self._outcomes: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._over = False

    def found(self, first: int, remember: Callable[[int], None]) -> Any:
        asker: float | None = getattr(ASKER, "until", None)
        until = min(time.monotonic() + WHOLE_SECONDS, math.inf if asker is None else asker)
        self._try(first)
        tried, answered = 1, 0
        trouble: Exception = TimeoutError("no host of the record answered")
        while answered < len(self._hosts):
            alone = tried == 1 < len(self._hosts) and answered == 0
            outcome = self._next(min(ALONE_SECONDS if alone else WHOLE_SECONDS, until - time.monotonic()))
            if outcome is not None:
                answered += 1
                number, connection, error = outcome
                if error is None:
                    remember(number)
                    self._end()
                    return connection
                trouble = error
            elif not alone:
                break
            if tried == 1:
                for other in range(len(self._hosts)):
                    if other != first:
                        self._try(other)
                tried = len(self._hosts)
        self._end()
        raise trouble

    def _next(self, seconds: float) -> Outcome | None:
        try:
            return self._outcomes.get(timeout=max(seconds, 0.0))
        except queue.Empty:
            return None

    def _try(self, number: int) -> None:
        threading.Thread(target=self._bring, args=(number,), daemon=True, name="record-host").start()

    def _bring(self, number: int) -> None:
        try:
            connection = self._connect(*self._hosts[number])
        except Exception as error:  # noqa: BLE001  told to whoever searches, on its own thread
            self._outcomes.put((number, None, error))
            return
        with self._lock:
            if not self._over:
                self._outcomes.put((number, connection, None))
                return
        _close(connection)

    def _end(self) -> None:
        """What else was brought, or still will be, is closed: a server has only so many connections for everybody."""
        with self._lock:
            self._over = True
        while (outcome := self._next(0.0)) is not None:
            _close(outcome[1])


def _close(connection: Any) -> None:
    with suppress(Exception):
        if connection is not None:
            connection.close()
