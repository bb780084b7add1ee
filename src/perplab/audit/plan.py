"""Plan: what a manifest's scenario says that a run does by itself. Rules 4.5, 17.3, 20.6."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from perplab.audit.brackets import Row
from perplab.audit.messages import FormError, read_row

_WRITTEN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Change:
    """A bracket table that is to come into force."""

    time_ns: int
    symbol: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Crowd:
    """A population: holders of one symbol, called by its name and a number."""

    name: str
    symbol: str
    accounts: int

    def names(self) -> Iterator[tuple[str, str]]:
        """Yield each holder's account and symbol, in the order in which they are opened."""
        digits = len(str(self.accounts))
        for number in range(1, self.accounts + 1):
            yield f"{self.name}{number:0{digits}}", self.symbol


@dataclass(frozen=True, slots=True)
class Plan:
    """What a manifest's scenario says of the run; nothing is known of an empty one."""

    start_ns: int
    end_ns: int
    funding: tuple[tuple[str, Fraction, int], ...]
    changes: tuple[Change, ...]
    accounts: frozenset[str]
    depositors: frozenset[str]
    """Accounts that may deposit later: an action says so, or an agent decides."""
    openings: tuple[tuple[str, Mapping[str, Any]], ...]
    crowds: tuple[Crowd, ...]
    forked: bool
    fork_times: frozenset[int]
    """Times at which a fork may have decided before funding and timers."""


def read_plan(found: Mapping[str, Any], symbols: Sequence[str]) -> Plan | None:
    """Return the plan of a manifest's scenario, None for one that is no plan of a run.

    `FormError` if it is unsound.
    """
    if "start_ns" not in found:
        return None
    try:
        openings = [
            one for account in found.get("accounts", ()) for one in _openings(account, symbols)
        ]
        return Plan(
            start_ns=_whole(found["start_ns"]),
            end_ns=_whole(found["end_ns"]),
            funding=tuple(_constant(one) for one in found.get("funding", ())),
            changes=tuple(
                Change(
                    _whole(one["time_ns"]),
                    one["symbol"],
                    tuple(read_row("bracket change", row) for row in one["brackets"]),
                )
                for one in found.get("bracket_changes", ())
            ),
            accounts=frozenset(one["name"] for one in found.get("accounts", ())),
            depositors=frozenset(
                one["name"] for one in found.get("accounts", ()) if _may_deposit(one)
            ),
            openings=tuple(openings),
            crowds=tuple(
                Crowd(one["name"], one["symbol"], _whole(one["accounts"]))
                for one in found.get("populations", ())
            ),
            forked=bool(found.get("forks")),
            fork_times=frozenset(_fork_times(found.get("forks", ()))),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise FormError(f"the manifest's scenario is not whole: {error!r}") from error


def _may_deposit(account: Mapping[str, Any]) -> bool:
    actions = account.get("actions", ())
    return bool(account.get("agent")) or any(
        str(one["do"]).split()[:1] == ["deposit"] for one in actions
    )


def _fork_times(forks: Sequence[Mapping[str, Any]]) -> Iterator[int]:
    for fork in forks:
        yield _whole(fork["time_ns"])
        for command in fork.get("commands", ()):
            if command.get("early"):
                yield _whole(command["time_ns"])


def _constant(found: Mapping[str, Any]) -> tuple[str, Fraction, int]:
    interval_ns = _whole(found["interval_ns"])
    if interval_ns <= 0:
        raise FormError(f"a funding interval is {interval_ns} ns, expected above 0")
    return found["symbol"], _amount("funding rate", found["rate"]), interval_ns


def _whole(value: Any) -> int:
    if type(value) is not int:
        raise FormError(f"the manifest's scenario has {value!r}, expected a whole number")
    return value


def _amount(what: str, text: Any) -> Fraction:
    """Return the number that a person wrote in a scenario, perhaps with an exponent."""
    found = _WRITTEN.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        raise FormError(f"the scenario's {what} is {text!r}, expected a number as text")
    return Fraction(found[0])


def _openings(
    account: Mapping[str, Any], symbols: Sequence[str]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the commands by which an account of the plan is opened, in order."""
    name = account["name"]
    yield "OpenAccount", {"account": name, "position_mode": account.get("position_mode", "one_way")}
    for wallet in ("spot", "funding", "futures"):
        amount = _amount(wallet, account.get(wallet, "0"))
        if amount:
            yield "Deposit", {"account": name, "wallet": wallet, "amount": amount}
    mode, leverage = account.get("margin_mode", "cross"), account.get("leverage")
    for symbol in symbols:
        choice = {"account": name, "symbol": symbol}
        if mode != "cross":
            yield "SetMarginMode", choice | {"margin_mode": mode}
        if leverage is not None:
            yield "SetLeverage", choice | {"leverage": leverage}
