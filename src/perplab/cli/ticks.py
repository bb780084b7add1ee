"""Ticks: what is in price files, converting them, and generating a tape."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Price files: look into, convert, generate.")

Files = Annotated[list[Path], typer.Argument(metavar="FILES...", help="Price files.")]
Symbol = Annotated[str | None, typer.Option(help="Market of files that do not name it.")]
KindOption = Annotated[
    str | None, typer.Option("--kind", help="What the prices are: mark, quote, trade or funding.")
]
Columns = Annotated[
    str | None,
    typer.Option(help="Which column is what, as in time=ts,price=px,quantity=size."),
]
CandlePathOption = Annotated[
    str, typer.Option("--candle-path", help="Inside a candle: low-first or high-first.")
]
Json = Annotated[
    bool, typer.Option("--json", metavar="", help="Print JSON; times in ns, prices as text.")
]
Out = Annotated[Path, typer.Option(help="File to write: .csv, .parquet or .feather.")]


@app.command()
def info(
    files: Files,
    *,
    symbol: Symbol = None,
    kind: KindOption = None,
    columns: Columns = None,
    candle_path: CandlePathOption = "low-first",
    as_json: Json = False,
) -> None:
    """Print what each file holds, and the streams that the files make together."""
    from perplab.cli import ticks_work  # noqa: PLC0415 - polars loads only when it has work

    ticks_work.info(
        files,
        ticks_work.read_options(symbol, kind, columns, candle_path),
        as_json=as_json,
    )


@app.command()
def convert(
    files: Files,
    *,
    out: Out,
    symbol: Symbol = None,
    kind: KindOption = None,
    columns: Columns = None,
    candle_path: CandlePathOption = "low-first",
    as_json: Json = False,
) -> None:
    """Join files of one market and kind and write them as one file of plain columns."""
    from perplab.cli import ticks_work  # noqa: PLC0415 - polars loads only when it has work

    ticks_work.convert(
        files,
        ticks_work.read_options(symbol, kind, columns, candle_path),
        out,
        as_json=as_json,
    )


@app.command()
def generate(
    *,
    rows: Annotated[int, typer.Option(min=1, help="How many trades.")],
    out: Out,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same tape.")] = 1,
    scenario: Annotated[str, typer.Option(help="calm, flash-crash, gap or bleed.")] = "calm",
    symbol: Annotated[str, typer.Option(help="Market.")] = "BTCUSDT",
    start_price: Annotated[
        str, typer.Option(help="First price, a multiple of the tick.")
    ] = "60000",
    tick: Annotated[str, typer.Option(help="Price step.")] = "0.1",
    step: Annotated[str, typer.Option(help="Quantity step.")] = "0.001",
    as_json: Json = False,
) -> None:
    """Generate trades: a random walk with volatility clusters, and a disaster if wanted.

    A .csv gets the columns of Binance's aggTrades. A file that is named after its symbol
    is read back without --symbol.
    """
    from perplab.cli import ticks_work  # noqa: PLC0415 - polars loads only when it has work

    ticks_work.generate(
        out,
        as_json=as_json,
        rows=rows,
        seed=seed,
        scenario=scenario,
        symbol=symbol,
        start_price=start_price,
        tick=tick,
        step=step,
    )
