"""Terms: what the person who asks for advice brings along, and the thresholds of the rules."""

from dataclasses import dataclass

from perplab.advice.verdict import AdviceError
from perplab.domain.numbers import ONE, Rate, format_units

HOUR_NS = 3_600_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Levels and thresholds; the defaults are those of docs/advice.md.

    Prices and shares count 1e-8, times are nanoseconds. Without an `aim` it is `near`, or `far`
    where the volatility asks for it.
    """

    levels: tuple[int, ...] = ()
    """Prices that must hold: supports of a long, resistances of a short."""
    stop: int | None = None
    """The price at which the person meant to get out, beside any stop order."""
    look_back_ns: int = 24 * HOUR_NS
    """Without levels, the lowest low (highest high) of so long is the key level."""
    settled_ns: int = HOUR_NS
    """The look-back ends so long ago: a level that is broken now is not yet a new one."""
    volatility_ns: int = 24 * HOUR_NS
    near: Rate = Rate(ONE // 20)
    far: Rate = Rate(ONE // 10)
    aim: Rate | None = None
    most_share: Rate = Rate(70 * ONE // 100)
    """The most of the account's margin that one position should hold."""
    most_of_backup: Rate = Rate(ONE // 2)
    """The most of the spot and funding wallets that a cross account should bring in at once."""
    most_acts: int = 2
    haste_ns: int = HOUR_NS
    likely: Rate = Rate(ONE // 2)
    """The chance of touching within a day from which a move counts as likely."""

    def __post_init__(self) -> None:
        """Refuse thresholds that contradict each other."""
        if not 0 < self.near <= self.far < ONE:
            found = f"{format_units(self.near)} and {format_units(self.far)}"
            self._refuse("near and far", found, "shares above 0 and below 1, near not above far")
        if self.aim is not None and not self.near <= self.aim <= self.far:
            between = f"a share from {format_units(self.near)} to {format_units(self.far)}"
            self._refuse("aim", format_units(self.aim), between)
        for name in ("most_share", "most_of_backup", "likely"):
            if not 0 <= getattr(self, name) <= ONE:
                self._refuse(name, format_units(getattr(self, name)), "a share from 0 to 1")
        for name in ("look_back_ns", "settled_ns", "volatility_ns", "haste_ns"):
            if getattr(self, name) < (name != "settled_ns"):
                self._refuse(
                    name.removesuffix("_ns"), str(getattr(self, name)), "a time above zero"
                )
        if self.most_acts < 0:
            self._refuse("most_acts", str(self.most_acts), "zero or a number above it")
        if any(price <= 0 for price in (*self.levels, *([] if self.stop is None else [self.stop]))):
            self._refuse("levels and stop", "a price that is not above zero", "prices above zero")

    @staticmethod
    def _refuse(name: str, found: str, expected: str) -> None:
        raise AdviceError(f"{name}: found {found}, expected {expected}")
