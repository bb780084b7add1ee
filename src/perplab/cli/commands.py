"""The commands: where each is, and what the list of them says of it, so that none is loaded."""

from collections.abc import Mapping
from typing import NamedTuple

MODE = "advise mode"


class Command(NamedTuple):
    """A function or a group in a module of this folder, and the first sentence of its help."""

    place: str
    sentence: str


COMMANDS: Mapping[str, Command] = {
    "replay": Command(
        "replay.replay",
        "Replay one position and print its life: would it have lived, and what did it cost?",
    ),
    "run": Command("run.run", "Run a scenario of several accounts and print what became of each."),
    "agents": Command(
        "agents.agents", "List the built-in agents, or explain one with its parameters."
    ),
    "sweep": Command(
        "sweep.sweep",
        "Run one account's decisions from many starts of a tape, and print how they came through.",
    ),
    "demo": Command(
        "demo.demo",
        "Replay a generated flash crash with several accounts, then verify the log.",
    ),
    "verify": Command(
        "verify.verify",
        "Prove a log: its hashes, its commands executed again, and with --ticks its prices too.",
    ),
    "audit": Command(
        "audit.audit",
        "Audit a log from the rules alone: a verdict on every check and every liquidation.",
    ),
    "explain": Command(
        "audit.explain",
        "Tell the story of one liquidation, and how much margin would have just sufficed.",
    ),
    "show": Command(
        "show.show",
        "Print a log's records: all, or those of a type, an account, a market, a time.",
    ),
    "watch": Command(
        "watch.watch",
        "Follow a log that another process writes: its events in words, until the run ends.",
    ),
    "advise": Command(
        "advise.advise",
        "Advise on an open position at a moment of a log: add margin, stop, trail, or leave it?",
    ),
    MODE: Command(
        "advise.advise_mode",
        "Compare isolated and cross margin for a book: liquidation prices and the most to lose.",
    ),
    "fork": Command(
        "fork.fork",
        "Leave a run at a point, do something else there, and run on: what would have "
        "become of it?",
    ),
    "whatif": Command(
        "fork.whatif",
        "Try several decisions at one point of a run, on the same ticks, and print them "
        "side by side.",
    ),
    "compare": Command(
        "fork.compare",
        "Print what several runs came to, side by side, and where each first differs "
        "from the first.",
    ),
    "report": Command(
        "report.report",
        "Write one HTML page of a run, of several branches, or of a sweep; it opens offline.",
    ),
    "export": Command(
        "transfer.export",
        "Print a log as JSON lines, a record a line and a line with each batch's hash.",
    ),
    "import": Command("transfer.import_", "Make a log of an export; every line is checked first."),
    "calc": Command("calc.app", "The margin calculator: exact, nothing is traded."),
    "ticks": Command("ticks.app", "Price files: look into, convert, generate."),
}
