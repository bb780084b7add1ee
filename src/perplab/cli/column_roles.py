"""The option --columns: which column of a file plays which role."""

import typer


def columns_of(text: str) -> dict[str, str]:
    """Return roles and columns of a text like time=ts,price=px. Raises BadParameter."""
    columns: dict[str, str] = {}
    for part in text.split(","):
        role, equals, name = part.partition("=")
        if not (equals and role.strip() and name.strip()):
            raise typer.BadParameter(f"{part!r} is not ROLE=COLUMN", param_hint="--columns")
        if role.strip() in columns:
            raise typer.BadParameter(f"{role.strip()} is given twice", param_hint="--columns")
        columns[role.strip()] = name.strip()
    return columns
