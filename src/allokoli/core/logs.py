"""Logs: one JSON object a line (or readable lines on a terminal), with no personal data.

A message names what happened and ids; never a caller's words, a name, an address or a key.
"""

import logging
import sys

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
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)
    logging.basicConfig(level=max(logging.getLevelNamesMapping()[level], logging.WARNING))
