"""lrvx's LiquidationEngine with a population of isolated positions, a tape's prices as marks.

`--population` is a Parquet file with a row an account: `side` (long or short), `quantity`,
`entry_price` and `margin`, its isolated margin; further columns are not read. All positions are in
BTCUSDT and stand before the first mark. `--tape` is a Parquet file with a column `price`.
`--rows START:END` takes that part of it. Numbers may be of any type, decimals and text as well.

The engine looks at every position at every mark, so a tick costs as much as there are accounts. The
reply is one line of JSON:

open_s            seconds to open all positions, and open_bytes the memory that they took
loop_s, rows      seconds of all marks, and how many there were, from first_row on
quiet_s           seconds of the marks that liquidated nobody, quiet_rows of them
liquidating_s     seconds of the marks that did
liquidated        how many positions were liquidated: at liquidating_s / liquidated each
adl_closed        how many were closed for others, and fund what the insurance fund has left
checksum          the sum of the numbers of the liquidated, by their row in the file
peak_bytes        peak memory of the process
"""

import lrvx  # first: after pyarrow it cannot be loaded ("cannot allocate memory in static TLS")

# isort: split
import argparse
import json
import os
import resource
import time
from importlib.metadata import version
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

PAGE = os.sysconf("SC_PAGE_SIZE")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--population", required=True)
    parser.add_argument("--tape", required=True)
    parser.add_argument("--rows", default=":", help="START:END, of the tape")
    options = parser.parse_args()
    start, _, end = options.rows.partition(":")
    part = slice(int(start or 0), int(end) if end else None)
    prices = floats(pq.read_table(options.tape, columns=["price"])["price"])[part]
    symbol = lrvx.SymbolRegistry().add_symbol("binance", "BTCUSDT", tick_size=0.1).id
    engine = lrvx.LiquidationEngine.binance_um_futures()
    opened = opening(engine, symbol, options.population)
    took = loop(engine, symbol, prices)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    reply = {"version": version("lrvx"), "first_row": part.start, "peak_bytes": peak}
    print(json.dumps({**reply, **opened, **took}))


def opening(engine, symbol, population):
    """Open every position; return what it took."""
    table = pq.read_table(population, columns=["side", "quantity", "entry_price", "margin"])
    signs = [1.0 if side == "long" else -1.0 for side in table["side"].to_pylist()]
    columns = (floats(table[name]) for name in ("quantity", "entry_price", "margin"))
    accounts = list(zip(signs, *columns, strict=True))
    before, begun = resident(), time.perf_counter()
    for number, (sign, quantity, entry, margin) in enumerate(accounts):
        engine.open_position(number, symbol, sign * quantity, entry, margin)
    took = time.perf_counter() - begun
    return {"accounts": len(accounts), "open_s": took, "open_bytes": resident() - before}


def loop(engine, symbol, prices):
    """Give every price to the engine as a mark; return what it took and what came of it."""
    clock, on_mark = time.perf_counter, engine.on_mark
    quiet_s = liquidating_s = 0.0
    quiet_rows = checksum = 0
    begun = last = clock()
    for price in prices:
        liquidated = on_mark(symbol, price)["liquidated"]
        now = clock()
        if liquidated:
            liquidating_s += now - last
            checksum += sum(liquidated)
        else:
            quiet_s += now - last
            quiet_rows += 1
        last = now
    return {
        "rows": len(prices),
        "loop_s": last - begun,
        "quiet_rows": quiet_rows,
        "quiet_s": quiet_s,
        "liquidating_s": liquidating_s,
        "liquidated": engine.liquidations_count(),
        "adl_closed": engine.adl_closeouts_count(),
        "fund": engine.insurance_fund_balance(),
        "checksum": checksum,
    }


def floats(column):
    """Return a column as a list of floats; text and decimals become the nearest."""
    return column.cast(pa.float64()).to_pylist()


def resident():
    """Return the bytes that this process holds now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


if __name__ == "__main__":
    main()
