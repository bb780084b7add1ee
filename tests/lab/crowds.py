"""A crowd of accounts on one tape, more than are shown one by one."""

from decimal import Decimal
from pathlib import Path
from typing import Any

LEVERAGES = (2, 20, 50)
ACCOUNTS = 45


def crowd_file(path: Path, accounts: int = ACCOUNTS) -> Path:
    """Write a scenario with a crash that takes all longs but those at twice their margin."""
    lines = ['name = "crowd"', "[[tape]]", "generate = { rows = 60_000, seed = 7 }"]
    for account in map(_account, range(accounts)):
        (action,) = account.pop("actions")
        lines.append("[[account]]")
        lines += [f"{key} = {_toml(value)}" for key, value in account.items()]
        lines.append(f'actions = [{{ do = "{action["do"]}" }}]')
    path.write_text("\n".join(lines))
    return path


def _account(number: int) -> dict[str, Any]:
    leverage = LEVERAGES[number % len(LEVERAGES)]
    size = Decimal(1 + number) / 100
    return {
        "name": f"member{number}",
        "futures": str(round(size * 62_000 / leverage * Decimal("1.1"), 2)),
        "margin_mode": "isolated",
        "leverage": leverage,
        "actions": [{"do": f"buy {size}"}],
    }


def _toml(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)
