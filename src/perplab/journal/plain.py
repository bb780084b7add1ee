"""Plain: messages in plain text, each read with one regular expression in place of a parser.

A text that matches is canonical in every character: the keys, their order, and the look of each
value are in the pattern, and `Plain.take` refuses what looks right and is not. Whatever does not
match is no error yet: the strict reader speaks about it.
"""

import re
from collections.abc import Callable
from dataclasses import fields
from typing import Any, get_type_hints

from perplab.domain.absent import ABSENT
from perplab.journal.forms import form_of

Reader = Callable[[str], Any]
"""Returns the message of a plain text, or None for any other text."""


def reader_of(kind: type) -> Reader | None:
    """Return the reader of a type's plain texts, or None if it has a field that is never plain."""
    hints = get_type_hints(kind)
    names: dict[str, Any] = {"kind": kind}
    pattern, values = "", []
    for field in fields(kind):
        name, plain = field.name, form_of(hints[field.name]).plain
        if plain is None:
            return None
        written = f'{"," if pattern else ""}"{name}":{plain.pattern}'
        value = f"take_{name}(_{name})"
        names[f"take_{name}"] = plain.take
        if ABSENT in field.metadata:
            written = f"(?:{written})?"
            names |= {f"take_{name}": _other_than(field.default, plain.take)}
            names |= {f"{name}_default": field.default}
            value = f"{name}_default if _{name} is None else take_{name}(_{name})"
        pattern += written
        values.append(f"{name}={value}")
    names["match"] = re.compile(rf"\{{{pattern}\}}", re.ASCII).fullmatch
    groups = "".join(f"_{field.name}, " for field in fields(kind))
    unpacked = f"{groups}= found.groups()" if groups else ""
    source = _SOURCE.format(unpacked=unpacked, values=", ".join(values))
    exec(source, names)  # noqa: S102  # our own field names
    reader: Reader = names["read"]
    return reader


_SOURCE = """
def read(text):
    found = match(text)
    if found is None:
        return None
    try:
        {unpacked}
        return kind({values})
    except (LookupError, ValueError):
        return None
"""


def _other_than(default: object, take: Callable[[str], Any]) -> Callable[[str], Any]:
    """Return what takes a field that is left out where it is as by default."""

    def taken(text: str) -> Any:
        value = take(text)
        if value == default:
            raise ValueError(text)
        return value

    return taken
