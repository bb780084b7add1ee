"""Logs for people: structlog over the standard library's logging, silent until configured."""

import logging
from typing import cast

import structlog
from structlog.stdlib import BoundLogger


def logger_of(name: str) -> BoundLogger:
    """Return a logger of key and value pairs under a name of the standard library's tree."""
    wrapped = structlog.wrap_logger(
        logging.getLogger(name),
        wrapper_class=BoundLogger,
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.processors.KeyValueRenderer(key_order=["event"]),
        ],
    )
    return cast("BoundLogger", wrapped)
