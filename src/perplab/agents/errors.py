"""Errors: what an agent did wrong, or why it cannot be loaded, in words of one line."""

_LONGEST = 500


class AgentError(ValueError):
    """An agent that cannot be loaded, or asked for what makes no sense: what and where."""


class Overrun(BaseException):
    """A step that goes on for ever; no `except Exception` of the agent may catch it."""


def said(error: BaseException) -> str:
    """Return what an error says, on one line; an agent's own error may fail even at that."""
    try:
        text = error.msg if isinstance(error, SyntaxError) else str(error)
    except Exception:  # noqa: BLE001 - whatever the agent's code raises, its error is told of
        text = "an error that cannot be printed"
    mixed = isinstance(error, TypeError) and "'decimal.Decimal'" in text and "'float'" in text
    return _line(f"{text}; write Decimal('0.5') for 0.5" if mixed else text)


def shown(value: object) -> str:
    """Return a value as a message shows it: without an address, which differs in each run."""
    if value is None or isinstance(value, bool | int | float | str):
        return _line(repr(value))
    return f"a {type(value).__name__}"


def _line(text: str) -> str:
    line = "".join(one if one.isprintable() else " " for one in " ".join(text.split()))
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."
