"""perplab: a paper-trading perpetual-futures exchange that you can rewind."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from perplab.formulas.limits import max_addable, max_removable, transferable
    from perplab.formulas.liquidation import (
        SafeRange,
        bankruptcy_price,
        hedged_liquidation_prices,
        liquidation_price,
    )
    from perplab.formulas.margin import (
        equity_ratio,
        initial_margin,
        maintenance_margin,
        margin_ratio,
        unrealized_profit,
        zone,
    )

__all__ = [
    "SafeRange",
    "bankruptcy_price",
    "equity_ratio",
    "hedged_liquidation_prices",
    "initial_margin",
    "liquidation_price",
    "maintenance_margin",
    "margin_ratio",
    "max_addable",
    "max_removable",
    "transferable",
    "unrealized_profit",
    "zone",
]

_MODULES = {
    "perplab.formulas.limits": {"max_addable", "max_removable", "transferable"},
    "perplab.formulas.liquidation": {
        "SafeRange",
        "bankruptcy_price",
        "hedged_liquidation_prices",
        "liquidation_price",
    },
    "perplab.formulas.margin": {
        "equity_ratio",
        "initial_margin",
        "maintenance_margin",
        "margin_ratio",
        "unrealized_profit",
        "zone",
    },
}


def __getattr__(name: str) -> Any:
    # The formulas are loaded when one is first asked for, so that importing a part of perplab
    # does not load all of it.
    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(module), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
