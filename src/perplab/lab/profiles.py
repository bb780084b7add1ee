"""Profiles in a scenario: an account's `profile` becomes the leverage and margin mode it names."""

from typing import Any

from perplab.tables.profiles import profile_of
from perplab.tables.reading import TableError

_GIVES = ("leverage", "margin_mode")


def with_profiles(data: dict[str, Any], source: str) -> dict[str, Any]:
    """Return a scenario's data with each account's profile resolved.

    Raises `TableError` for a profile that is not known, and for one beside a key that it gives.
    """
    accounts = data.get("account")
    if not isinstance(accounts, list | tuple):
        return data
    return {**data, "account": [_resolved(one, source) for one in accounts]}


def _resolved(account: Any, source: str) -> Any:
    if not isinstance(account, dict) or "profile" not in account:
        return account
    name = account["profile"]
    place = f"{source}: account {account.get('name', '')!r}"
    for key in _GIVES:
        if key in account:
            raise TableError(f"{place}: profile {name!r} gives {key} already; leave one out")
    try:
        profile = profile_of(str(name))
    except TableError as error:
        raise TableError(f"{place}: {error}") from error
    rest = {key: value for key, value in account.items() if key != "profile"}
    return {**rest, "leverage": profile.leverage, "margin_mode": profile.margin_mode.value}
