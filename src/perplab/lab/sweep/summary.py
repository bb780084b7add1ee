"""The summary: survival, results and time to liquidation by what was varied, exact.

A quantile is the result of one of the runs: the lowest that is not below so many of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from perplab.domain.numbers import DECIMALS, ONE, divide_half_up, divide_up
from perplab.lab.sweep.variations import SEED

PERCENTS = (5, 25, 50, 75, 95)
_ALL = 100
_BELOW = {"survived", "final_pnl", "liquidated_after_ns"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The runs of one combination of values; money in 1e-8, `survival` a share in 1e-8.

    `survival`, `quantiles` and `mean` are of the runs that did not fail, None without any;
    `liquidated_after_ns` is the median of those that were liquidated.
    """

    values: tuple[str, ...]
    runs: int
    failed: int
    refused: int
    survival: int | None
    quantiles: tuple[int | None, ...]
    mean: int | None
    liquidated_after_ns: int | None


def grouped_by(keys: Sequence[str]) -> tuple[str, ...]:
    """Return the varied keys that make groups: chance alone does not."""
    return tuple(key for key in keys if key != SEED)


def summary_of(frame: pl.DataFrame, keys: Sequence[str]) -> list[Group]:
    """Return a group for each combination of the keys' values, in the order of the rows."""
    if not keys:
        return [_group((), frame)]
    parts = frame.partition_by(*keys, as_dict=True, maintain_order=True)
    return [_group(tuple(map(str, values)), part) for values, part in parts.items()]


def _group(values: tuple[str, ...], frame: pl.DataFrame) -> Group:
    ended = frame.filter(pl.col("error").is_null())
    pnl = sorted(_units(amount) for amount in ended["final_pnl"].to_list())
    after = sorted(ended["liquidated_after_ns"].drop_nulls().to_list())
    lived = int(ended["survived"].sum())
    return Group(
        values=values,
        runs=len(frame),
        failed=len(frame) - len(ended),
        refused=int((ended["refusals"] > 0).sum()),
        survival=divide_half_up(lived * ONE, len(pnl)) if pnl else None,
        quantiles=tuple(_quantile(pnl, percent) for percent in PERCENTS),
        mean=divide_half_up(sum(pnl), len(pnl)) if pnl else None,
        liquidated_after_ns=_quantile(after, 50),
    )


def _quantile(values: Sequence[int], percent: int) -> int | None:
    """Return the least of sorted values that at least so many percent of them do not exceed."""
    return values[divide_up(len(values) * percent, _ALL) - 1] if values else None


def _units(amount: Decimal) -> int:
    return int(amount.scaleb(DECIMALS))
