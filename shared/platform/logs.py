"""JSON logs on standard output, one line per event, for our own code and for every library's."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

import msgspec
import structlog
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.processors import TimeStamper, add_log_level, format_exc_info
from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_logger_name
from structlog.typing import EventDict, Processor, WrappedLogger

# People appear in logs as ids only, and what opens a door does not appear at all. A unit is
# logged by its code, so a bare `name` is taken for a person's.
_WITHHELD = frozenset(
    {"name", "person_name", "leader_name", "phone", "token", "authorization", "password", "secret"}
)
_FIRST = ("time", "level", "event", "service")
# These narrate every record or connection at INFO; theirs is news from WARNING on.
_TALKATIVE = ("aiokafka", "httpx", "httpcore", "asyncio")
# These may have brought handlers of their own, whose lines would not be JSON.
_OWN_HANDLERS = ("uvicorn", "uvicorn.access", "uvicorn.error", "faststream")
_encode = msgspec.json.Encoder(enc_hook=repr).encode


def configure(service: str, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send structlog and standard logging to one stream as JSON; called once, by main.

    uvicorn is to be run with `log_config=None`, or it puts its own handlers back.
    """
    stream = stream or sys.stdout
    threshold = logging.getLevelNamesMapping()[level.upper()]
    common: list[Processor] = [
        merge_contextvars,
        add_log_level,
        TimeStamper(fmt="iso", utc=True, key="time"),
        _of(service),
        _withhold,
        format_exc_info,
    ]
    structlog.configure(
        processors=[*common, _render],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=True,
    )
    _route_standard_logging(stream, threshold, common)


@contextmanager
def bound(
    *,
    correlation_id: str | None = None,
    causation_id: str | None = None,
    actor: str | None = None,
    trace: str | None = None,
) -> Iterator[None]:
    """Say, on every line logged inside, on whose behalf and in answer to what it was done."""
    known = {
        "correlation_id": correlation_id,
        "causation_id": causation_id,
        "actor": actor,
        "trace": trace,
    }
    with bound_contextvars(**{key: value for key, value in known.items() if value is not None}):
        yield


def _route_standard_logging(stream: TextIO, threshold: int, common: list[Processor]) -> None:
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=[add_logger_name, _read_access_line, ExtraAdder(), *common],
            processors=[ProcessorFormatter.remove_processors_meta, _render],
            pass_foreign_args=True,
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(threshold)
    for name in _OWN_HANDLERS:
        library = logging.getLogger(name)
        library.handlers = []
        library.propagate = True
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(threshold, logging.WARNING))


def _of(service: str) -> Processor:
    def add_service(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event["service"] = service
        return event

    return add_service


def _withhold(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    for key in _WITHHELD.intersection(event):
        event[key] = "withheld"
    return event


def _read_access_line(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Fields instead of a sentence, and no query string: people are searched for by name there."""
    arguments: Any = event.pop("positional_args", ())
    if event.get("logger") == "uvicorn.access" and len(arguments) == 5:
        client, method, target, _version, status = arguments
        path = str(target).partition("?")[0]
        event.update(event="request", client=client, method=method, path=path, status=status)
    return event


def _render(_: WrappedLogger, __: str, event: EventDict) -> str:
    ordered = {key: event.pop(key) for key in _FIRST if key in event} | dict(event)
    try:
        return _encode(ordered).decode()
    except (TypeError, ValueError, UnicodeError):  # keys or text that JSON cannot hold
        readable = {str(key): ascii(value) for key, value in ordered.items()}
        return _encode(readable).decode()
