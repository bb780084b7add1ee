"""The prices of a log, read again from the files that a person names."""

from pathlib import Path

from perplab.cli.failures import UsageError
from perplab.cli.replay_scenario import tapes_of
from perplab.cli.replay_terms import PriceFiles
from perplab.journal.manifest import Manifest
from perplab.lab.finding import places_of, tapes_of_log
from perplab.lab.scenario import Scenario, read_scenario, scenario_of
from perplab.lab.tapes import Read, read_tapes
from perplab.venue.plan import Plan


def read_log_prices(log: Path, manifest: Manifest, prices: PriceFiles) -> Read:
    """Return streams, funding series and notes of the files, or of the scenario they name.

    In a folder the files that the log names are looked for.
    """
    folders = [Path(name) for name in prices.ticks]
    if all(folder.is_dir() for folder in folders):
        found = tapes_of_log(log, places_of(log, folders))
        return found.streams, found.funding, []
    scenario, folder = _scenario(prices, manifest)
    # The path inside a candle is the run's, whatever the scenario says now.
    path = Plan.model_validate(manifest.scenario).candle_path
    return read_tapes(scenario.model_copy(update={"candle_path": path}), folder)


def _scenario(prices: PriceFiles, manifest: Manifest) -> tuple[Scenario, Path]:
    """Return the scenario that names the prices, and the folder of its files."""
    first = Path(prices.ticks[0])
    if first.suffix == ".toml":
        if len(prices.ticks) > 1 or prices.mark or prices.funding:
            raise UsageError("--ticks: a scenario names all of its files, give it alone")
        return read_scenario(first), first.parent
    symbol = prices.symbol or _only_symbol(manifest)
    known = PriceFiles(
        ticks=prices.ticks,
        symbol=symbol,
        mark=prices.mark,
        funding=prices.funding,
        columns=prices.columns,
    )
    tapes = tapes_of(known)
    if "funding" in tapes:
        raise UsageError("--funding: a constant rate stands in the log; give files only")
    data = {**tapes, "account": [{"name": "nobody"}]}
    return scenario_of(data, "--ticks"), Path()


def _only_symbol(manifest: Manifest) -> str:
    """Return the symbol of the run, empty if it had several."""
    symbols = sorted({entry.symbol for entry in manifest.tapes})
    return symbols[0] if len(symbols) == 1 else ""
