"""Commands given again stand where they stood, among what the venue does at the same time."""

from collections.abc import Sequence
from pathlib import Path

from agents.scene import SYMBOL, account, config_of, stream, write_agent
from lab.test_fork_properties import records_of
from perplab.agents.casting import cast_from, with_digests
from perplab.lab.forking import Decision, fork_of
from perplab.lab.preparation import Setup
from perplab.lab.recorded import run_recorded, verify_ticks
from perplab.venue.plan import AccountPlan, ActionPlan, ConstantFunding, Others, Plan
from perplab.venue.venue import Prices, in_turn
from runs import SECOND, START_NS, SYMBOLS

TEN = 10 * SECOND


def setup(folder: Path, who: AccountPlan, symbols: Sequence[str]) -> Setup:
    """Return twenty seconds at one price, with funding of each symbol after ten and twenty."""
    tape = in_turn([stream([100] * 21, symbol=symbol) for symbol in symbols])
    plan = Plan(
        start_ns=START_NS,
        end_ns=START_NS + 2 * TEN,
        accounts=with_digests((who,), [folder]),
        funding=tuple(
            ConstantFunding(symbol=symbol, rate="0.0013", interval_ns=TEN) for symbol in symbols
        ),
    )
    prices = Prices(streams=tape)
    return Setup(config=config_of(tape, {}), plan=plan, prices=prices, cast=cast_from([folder]))


def test_what_was_asked_for_at_the_end_comes_after_the_funding_of_that_time(tmp_path: Path) -> None:
    closing = ActionPlan(do="sell 1", at="+20s")
    who = account("ann", "", actions=(ActionPlan(do="buy 1"), closing))
    made, log, child = setup(tmp_path, who, [SYMBOL]), tmp_path / "log.db", tmp_path / "child.db"
    run_recorded(made, log)
    fork = fork_of(log, Decision(at="+5s", others=Others.RECORDED), made.prices, [])
    run_recorded(fork.setup, child, parent_log=log)
    assert records_of(child) == records_of(log)


def test_a_decision_between_two_settlements_of_one_time_is_given_again_there(
    tmp_path: Path,
) -> None:
    source = """
        def agent(ctx):
            for symbol in ctx.symbols:
                ctx.buy(1, symbol)
            yield ctx.sleep("1d")
        """
    write_agent(tmp_path, source)
    made = setup(tmp_path, account("ann"), SYMBOLS)
    log, child, last = (tmp_path / f"{name}.db" for name in ("log", "child", "last"))
    run_recorded(made, log)
    settled = [record.seq for record in records_of(log) if record.type == "SettleFunding"]
    assert len(settled) == 6
    decision = Decision(at=str(settled[1]), do=(f"sell 1 {SYMBOLS[1]}", f"buy 1 {SYMBOL}"))
    run_recorded(fork_of(log, decision, made.prices, [tmp_path]).setup, child, parent_log=log)
    assert verify_ticks(child, made.prices.streams) == verify_ticks(
        child, made.prices.streams, agents=[tmp_path]
    )
    first = next(record.seq for record in records_of(child) if "fork-" in record.body)
    hold = fork_of(child, Decision(at=str(first), others=Others.RECORDED), made.prices, [tmp_path])
    run_recorded(hold.setup, last, parent_log=child)
    assert records_of(last) == records_of(child)
