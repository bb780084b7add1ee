"""Plots of cost against size, from what the benchmarks wrote with --json.

Draws a panel for each file, seconds against size on logarithmic axes, and prints the exponent of
each series: the slope of log seconds against log size.

    python benchmarks/plots.py OUT.png FILE.json:LABEL[:SERIES] ...

With SERIES only those whose names begin so.
"""

import argparse
import json
from collections import defaultdict
from pathlib import Path

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from measuring import exponent

Points = dict[str, list[tuple[int, float]]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("panels", nargs="+", metavar="FILE.json:LABEL[:SERIES]")
    options = parser.parse_args()
    mpl.use("agg")
    panels = [(*panel.split(":"), "")[:3] for panel in options.panels]
    figure, axes = plt.subplots(1, len(panels), figsize=(6 * len(panels), 5), squeeze=False)
    for axis, (file, label, series) in zip(axes[0], panels, strict=True):
        print(f"{label}:")
        _draw(axis, label, _points(Path(file), series))
    figure.tight_layout()
    figure.savefig(options.out, dpi=90)


def _points(file: Path, series: str) -> Points:
    found: Points = defaultdict(list)
    for row in json.loads(file.read_text()):
        if not row["series"].startswith(series):
            continue
        found[row["series"]].append((row["size"], row["seconds"]))
    return found


def _draw(axis: Axes, label: str, points: Points) -> None:
    for name, pairs in points.items():
        pairs.sort()
        sizes, seconds = zip(*pairs, strict=True)
        told = f", exponent {exponent(sizes, seconds):.2f}" if len(set(sizes)) > 1 else ""
        print(f"  {name}{told}")
        axis.plot(sizes, seconds, marker="o", label=f"{name}{told}")
    axis.set(xscale="log", yscale="log", xlabel=label, ylabel="seconds")
    axis.grid(visible=True, which="major", alpha=0.4)
    axis.legend(fontsize="small")


if __name__ == "__main__":
    main()
