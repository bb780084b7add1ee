"""Extremes: the nearest that an account came to liquidation, and when."""

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

ON_TAPE = 1 << 62
"""The batch of what was looked up on the tape: after all batches."""


class Sight(NamedTuple):
    """A pool at one mark; of equal ones that of the earliest batch counts."""

    batch: int
    time_ns: int
    mark: int
    ratio: Fraction | None
    distance: Fraction | None


@dataclass(slots=True)
class Extremes:
    """The nearest that the account's positions came to liquidation, and liquidation itself.

    `ratio` is None with a time where the equity was not above zero.
    """

    ratio: Fraction | None = None
    ratio_ns: int = 0
    distance: Fraction | None = None
    distance_ns: int = 0
    distance_mark: int = 0
    _ratio_batch: int = ON_TAPE
    _distance_batch: int = ON_TAPE

    def see(self, sight: Sight) -> None:
        """Take a sight into account."""
        batch, time_ns, mark, ratio, distance = sight
        gone = self.ratio is None and self.ratio_ns
        if ratio is not None and not gone and self._is_higher(ratio, batch):
            self.ratio, self.ratio_ns, self._ratio_batch = ratio, time_ns, batch
        if distance is not None and self._is_nearer(distance, batch):
            self.distance, self.distance_ns, self._distance_batch = distance, time_ns, batch
            self.distance_mark = mark

    def end(self, sight: Sight) -> None:
        """Take the moment at which a liquidation begins into account."""
        self.see(sight)
        if sight.ratio is None and (self.ratio is not None or not self.ratio_ns):
            self.ratio, self.ratio_ns = None, sight.time_ns

    def _is_higher(self, ratio: Fraction, batch: int) -> bool:
        if self.ratio is None or ratio > self.ratio:
            return True
        return batch < self._ratio_batch and ratio == self.ratio

    def _is_nearer(self, distance: Fraction, batch: int) -> bool:
        if self.distance is None or distance < self.distance:
            return True
        return batch < self._distance_batch and distance == self.distance
