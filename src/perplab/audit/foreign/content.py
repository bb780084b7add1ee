"""Content: a foreign file's rows, what they are, and what is to be said about them."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from perplab.audit.foreign.amounts import offset_in
from perplab.audit.foreign.layouts import Kind, Layout
from perplab.audit.foreign.rows import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A file's rows and what is to be said about them."""

    path: Path
    kind: Kind
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()


def content_of(
    path: Path, layout: Layout, rows: tuple[Row, ...], notes: Iterable[str] = ()
) -> Content:
    """Return the content of rows of a layout: forced orders are told by who placed them."""
    kind, said = layout.kind, [*notes]
    if kind is Kind.ORDERS and rows and all(is_forced_id(row.text("client_id")) for row in rows):
        kind = Kind.FORCED_ORDERS
    if rows and "time" in rows[0].columns and not rows[0].says_utc():
        offset = offset_in(path.name)
        zone = "as UTC: it names no zone" if offset is None else "in the zone that its name states"
        said.append(f"{path.name}: its times are taken {zone}")
    return Content(path=path, kind=kind, rows=rows, notes=tuple(said))


def is_forced_id(client_id: str) -> bool:
    """Return whether an order liquidates or deleverages. API docs: User's Force Orders."""
    return client_id.startswith(("autoclose-", "adl_autoclose"))
