"""The codec: each command and event as its one canonical JSON text, and back, strictly.

Fields stand in declaration order, without spaces, in ASCII. A price, quantity, amount of money
or rate is the shortest decimal text; there is no float anywhere.
"""

import json
from collections.abc import Callable
from typing import Any, get_args

from perplab.domain.commands import Command
from perplab.domain.events import Event
from perplab.journal.errors import JournalError, differs
from perplab.journal.forms import FormError, form_of, shown
from perplab.journal.plain import Reader, reader_of

Message = Command | Event

COMMANDS: dict[str, type] = {each.__name__: each for each in get_args(Command)}
EVENTS: dict[str, type] = {each.__name__: each for each in get_args(Event)}
MESSAGES: dict[str, type] = COMMANDS | EVENTS
assert len(MESSAGES) == len(COMMANDS) + len(EVENTS), "a command and an event share a name"


class _Writers(dict[type, Callable[[Any], str]]):
    """The writer of each type of message, made when it is first needed."""

    def __missing__(self, kind: type) -> Callable[[Any], str]:
        write = self[kind] = form_of(kind).write
        return write


class _Readers(dict[str, Reader]):
    """The reader of each type's plain texts, made when it is first needed."""

    def __missing__(self, type_name: str) -> Reader:
        if type_name not in MESSAGES:
            return _never
        read = self[type_name] = reader_of(MESSAGES[type_name]) or _never
        return read


def _never(_text: str) -> None:
    """Read nothing: no text of such a type is plain."""


WRITERS = _Writers()
_READERS = _Readers()


def encode(message: Message) -> str:
    """Return the canonical JSON text of a command or event."""
    return WRITERS[type(message)](message)


def decode(type_name: str, text: str, *, seq: int | None = None) -> Any:
    """Return the message of a type name and its canonical text.

    `JournalError`, naming the record and the field, for anything `encode` would not have written.
    """
    message = _READERS[type_name](text)
    return _decoded_strictly(type_name, text, seq) if message is None else message


def _decoded_strictly(type_name: str, text: str, seq: int | None) -> Any:
    kind = MESSAGES.get(type_name)
    if kind is None:
        raise differs("type", shown(type_name), "a command or event that exists", seq=seq)
    try:
        message = form_of(kind).read(json.loads(text))
    except FormError as error:
        what = f"{type_name}, field {error.field!r}" if error.field else type_name
        raise differs(what, error.found, error.expected, seq=seq) from error
    except (ValueError, RecursionError) as error:
        raise differs(type_name, shown(text), "a JSON object", seq=seq) from error
    if encode(message) != text:
        raise _not_canonical(type_name, text, encode(message), seq)
    return message


def _not_canonical(type_name: str, text: str, expected: str, seq: int | None) -> JournalError:
    pairs = enumerate(zip(text, expected, strict=False))
    place = next((index for index, (one, other) in pairs if one != other), len(expected))
    field = expected[:place].rpartition('":')[0].rpartition('"')[2]
    what = f"{type_name}, not in canonical form at or after field {field!r}"
    return differs(what, shown(text), shown(expected), seq=seq)
