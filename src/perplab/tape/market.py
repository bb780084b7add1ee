"""Which market a file's prices are of, from its content, its name, or what the reader was told."""

from pathlib import Path

import numpy as np

from perplab.tape.errors import TapeError
from perplab.tape.naming import market, symbol_of
from perplab.tape.notes import counted
from perplab.tape.options import ReadOptions
from perplab.tape.sheet import Sheet


def symbol_for(path: Path, options: ReadOptions, inside: str | None = None) -> str:
    """Return the market of a file, from its content, the options or its name.

    Raises TapeError when none tells it or two contradict each other.
    """
    asked = market(options.symbol) if options.symbol else None
    named = symbol_of(path.name)
    if inside is not None and asked in (None, inside):
        if asked is None and named is not None and named != inside:
            raise TapeError(
                path, found=f"symbol {inside} in a file named for {named}", expected="one symbol",
                advice=f"If the file is right, say so: --symbol {inside}.",
            )  # fmt: skip
        return inside
    known = inside or named
    if asked and known and asked != known:
        raise TapeError(path, found=f"prices of {known}", expected=f"prices of {asked}")
    if symbol := asked or known:
        return symbol
    raise TapeError(
        path,
        found="no symbol in its name or columns",
        expected="a symbol",
        advice="Say it: --symbol BTCUSDT.",
    )


def one_symbol(sheet: Sheet, options: ReadOptions, notes: list[str]) -> tuple[Sheet, str]:
    """Return the rows of one market and its symbol. Raises TapeError when it is not clear which."""
    path = sheet.table.path
    if "symbol" not in sheet:
        return sheet, symbol_for(path, options)
    texts = sheet.frame["symbol"]
    if texts.null_count():
        raise sheet.refusal("symbol", int(texts.is_null().arg_true()[0]), "a symbol")
    written = texts.unique(maintain_order=True).to_list()
    symbols = {text: market(text) for text in written}
    if len(set(symbols.values())) == 1:
        return sheet, symbol_for(path, options, symbols[written[0]])
    asked = market(options.symbol) if options.symbol else None
    if asked not in symbols.values():
        other = int((texts != written[0]).arg_true()[0])
        raise sheet.refusal(
            "symbol",
            other,
            f"{written[0]} as in the rows before",
            advice=f"The file holds {len(written)} symbols: pick one with --symbol.",
        )
    mine = texts.is_in([text for text in written if symbols[text] == asked]).to_numpy()
    others = int(np.count_nonzero(~mine))
    rows = counted(others, "row of another symbol is", "rows of other symbols are")
    notes.append(f"{rows} left out.")
    return sheet.picked(mine), str(asked)
