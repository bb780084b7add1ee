"""Logs for people: structlog over the standard library's logging, silent until configured."""

import logging


class Logger:
    """A logger of key and value pairs; structlog is loaded when somebody listens."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    def info(self, event: str, **values: object) -> None:
        """Log an event with its values."""
        if not self._logger.isEnabledFor(logging.INFO):
            return
        import structlog  # noqa: PLC0415 - slow to load, and seldom listened to

        renderer = structlog.processors.KeyValueRenderer(key_order=["event"])
        bound = structlog.wrap_logger(self._logger, processors=[renderer])
        bound.info(event, **values)


def logger_of(name: str) -> Logger:
    """Return a logger of key and value pairs under a name of the standard library's tree."""
    return Logger(name)
