"""Logs: one JSON object a line (or readable lines on a terminal), with no personal data.

A message names what happened and ids; never a caller's words, a name, an address or a key.
"""

import logging
import sys
import traceback
from typing import Any

import structlog


def configure(level: str, process: str) -> None:
    """Set logging up for a process.

    Args:
        level: DEBUG, INFO, WARNING or ERROR.
        process: web, engine, worker or cli; stands on every line.
    """
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            _exception_without_words,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)
    libraries = logging.StreamHandler()
    libraries.setFormatter(_PlacesOnly("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(
        level=max(logging.getLevelNamesMapping()[level], logging.WARNING), handlers=[libraries]
    )


def _exception_without_words(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Keep an exception's type and place; its message may quote a person or a row."""
    found = event.pop("exc_info", None)
    error = found if isinstance(found, BaseException) else sys.exc_info()[1] if found else None
    if error is not None:
        event["exception"], event["at"] = type(error).__qualname__, _places(error)
    return event


class _PlacesOnly(logging.Formatter):
    """The same for what libraries log; asyncio writes what it is told of, errors' words too, on
    the lines after the first."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        if record.exc_info or record.name == "asyncio":
            record.message = record.message.partition("\n")[0]
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the library's name
        return "\n".join([ei[0].__qualname__, *_places(ei[1])])


def _places(error: BaseException) -> list[str]:
    return [
        f"{frame.filename}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)[-12:]
    ]
