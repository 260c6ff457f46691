"""Logging for every process: one line per decision, JSON in files, readable on a terminal, numbers masked.

``configure_logging`` routes the standard library's loggers here too. Masking is the last step before a line is
written, so that it also covers libraries' messages and tracebacks.
"""

import logging
import re
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, TextIO

import structlog

from adapters.masking import mask_codes

QUIET = ("twilio", "twilio.http_client", "urllib3", "rq", "rq.worker", "rq.queue", "rq.job", "apscheduler", "werkzeug")
OWN_HANDLERS = ("rq.worker", "rq.scheduler", "rq.job", "rq.queue", "gunicorn.error", "gunicorn.access")

Ids = Mapping[str, str]

# +358 40 123 4567, %2B358…, 00358…, 358…, 040-1234567; not the digits inside a SID, a time or a decimal number
_NUMBER = re.compile(
    r"(?<![\w.\-])(?<!\d:)"
    r"(?:(?:\+|%2B|%2b|00)[1-9](?:[ \-]?(?:\(0\))?\d){6,14}|358(?:[ \-]?\d){5,12}|0[1-9](?:[ \-]?\d){4,11})"
    r"(?![\w])"
)


def mask_numbers(text: str) -> str:
    """Of a number the country, the network and the last two digits are kept: enough to recognise, too little to ring.
    Of an identity code or a card's number nothing is."""
    return _NUMBER.sub(_masked, mask_codes(text))


def _masked(found: re.Match[str]) -> str:
    number = found.group()
    kept = 6 if number[0] in "+3%" or number.startswith("00") else 3
    return number[:kept] + "*" * max(1, len(number) - kept - 2) + number[-2:]


def mask_event(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return {name: _mask(value) for name, value in event.items()}


def _mask(value: Any) -> Any:
    match value:
        case str():
            return mask_numbers(value)
        case bool() | float() | None:
            return value
        case int():
            masked = mask_numbers(str(value))
            return masked if "*" in masked else value
        case Mapping():
            return {_mask(name): _mask(inner) for name, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_mask(inner) for inner in value]
    return mask_numbers(str(value))


def about(**ids: str) -> AbstractContextManager[None]:
    """Every line that is written within, by whomever, carries these ids."""
    return structlog.contextvars.bound_contextvars(**ids)


def configure_logging(
    process: str, level: str = "INFO", stream: TextIO | None = None, now_about: Callable[[], Ids] | None = None
) -> None:
    """Call once, early, in each process; calling again replaces what was configured before. ``now_about`` tells the ids
    of what is being worked on; it is asked only when a line is written."""
    out = stream or sys.stderr
    readable = out.isatty()
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        *([] if now_about is None else [_adding(now_about)]),
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if readable else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[
                _naming(process),
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                mask_event,
                renderer,
            ],
        )
    )
    _route_everything_to(handler, level)


def _adding(now_about: Callable[[], Ids]) -> structlog.typing.Processor:
    """What the line itself says of an id goes before."""

    def add(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        for name, value in now_about().items():
            event.setdefault(name, value)
        return event

    return add


def _naming(process: str) -> structlog.typing.Processor:
    def name(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        event["process"] = process
        return event

    return name


def _route_everything_to(handler: logging.Handler, level: str) -> None:
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in OWN_HANDLERS:  # these do not propagate: without a handler of ours their lines would go unmasked
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.propagate = False
    for name in QUIET:  # at INFO they print telephone numbers in URLs and job arguments
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
