"""Markup: tables and sections as HTML, all texts escaped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: its text, and the class that gives its look, as `number` or `bad`."""

    text: str
    look: str = ""


def section(name: str, title: str, *parts: str) -> str:
    """Return a section that a link can skip to; `name` is ours, `title` is escaped."""
    head = f'<h2 id="{name}-title">{escape(title)}</h2>'
    return (
        f'<section id="{name}" tabindex="-1" aria-labelledby="{name}-title">{head}'
        f"{''.join(parts)}</section>"
    )


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Return a table that becomes a list of cards on a narrow screen; first cells head rows."""
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    body = "".join(_row(heads, row) for row in rows)
    return (
        f'<div class="frame"><table class="cards"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(heads: Sequence[str], row: Sequence[Cell]) -> str:
    first, *rest = row
    cells = [f'<th scope="row"{_look(first)}>{escape(first.text)}</th>']
    cells += [
        f'<td data-label="{escape(head)}"{_look(cell)}>{escape(cell.text)}</td>'
        for head, cell in zip(heads[1:], rest, strict=True)
    ]
    return f"<tr>{''.join(cells)}</tr>"


def _look(cell: Cell) -> str:
    return f' class="{escape(cell.look)}"' if cell.look else ""


def bullets(texts: Iterable[str]) -> str:
    """Return a list of sentences."""
    items = "".join(f"<li>{escape(text)}</li>" for text in texts)
    return f"<ul>{items}</ul>" if items else ""


def paragraph(text: str, look: str = "") -> str:
    """Return a paragraph."""
    return f"<p{_look(Cell('', look))}>{escape(text)}</p>"
