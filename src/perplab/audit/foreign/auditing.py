"""Auditing: foreign files in, one audit out; files of one account are audited together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from perplab.audit.foreign import asked
from perplab.audit.foreign.closings import audit_forced, check_insurance
from perplab.audit.foreign.content import Content
from perplab.audit.foreign.dated import Brackets
from perplab.audit.foreign.deleveraged import audit_deleveraged
from perplab.audit.foreign.fees import check_fees
from perplab.audit.foreign.funding import check_funding
from perplab.audit.foreign.hyperliquid import audit_hyperliquid
from perplab.audit.foreign.importing import account_of, settlements_of
from perplab.audit.foreign.layouts import Kind
from perplab.audit.foreign.ledger import NO_TRADES, check_ledger, check_orders
from perplab.audit.foreign.opening import EXPECTED, open_content
from perplab.audit.foreign.positions import check_snapshots, rebuild
from perplab.audit.foreign.prices import Prices, read_prices
from perplab.audit.foreign.report import Report
from perplab.audit.foreign.snapshots import CHECK as PRINTED, check_liquidation_prices
from perplab.audit.foreign.stream import audit_stream, read_stream
from perplab.audit.foreign.study import Study, study_of
from perplab.audit.verdict import Audit, Check, Liquidation
from perplab.tables.dated import DatedTables
from perplab.tape.errors import TapeError

OF_ACCOUNT = (Kind.TRADES, Kind.INCOME, Kind.ORDERS, Kind.FORCED_ORDERS, Kind.POSITIONS)
OF_HYPERLIQUID = (Kind.HL_LIQUIDATIONS, Kind.HL_TRADES, Kind.HL_LEDGER)
NO_SNAPSHOTS = "snapshots of positions: GET /fapi/v3/positionRisk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """An audit of foreign files; and the study, where a stream of forced orders was among them."""

    audit: Audit
    study: Study | None


def audit_files(
    paths: Sequence[Path],
    *,
    brackets: DatedTables | None = None,
    prices: Sequence[Path] = (),
) -> Audit:
    """Return the audit of foreign files, as `examine` does."""
    return examine(paths, brackets=brackets, prices=prices).audit


def examine(
    paths: Sequence[Path],
    *,
    brackets: DatedTables | None = None,
    prices: Sequence[Path] = (),
) -> Examined:
    """Return the audit of foreign files of any kinds, and the study of forced orders.

    `brackets` are the leverage brackets by day, `prices` candle or tick files of the market. What
    needs something that is not given is told as such. Raises `TapeError` for a file that is of no
    known kind or not wholly what it seems to be, `TableError` for brackets that are not sound.
    """
    contents = [open_content(path) for path in paths]
    work = _Work(Brackets(brackets), read_prices(prices), contents)
    for kinds, audit in (
        (OF_ACCOUNT, work.account),
        ((Kind.FORCED_STREAM,), work.stream),
        (OF_HYPERLIQUID, work.hyperliquid),
        ((Kind.HL_DELEVERAGED,), work.deleveraged),
    ):
        found = [content for content in contents if content.kind in kinds]
        if found:
            audit(found)
    if not work.checks:
        raise TapeError(
            paths[0] if paths else Path(),
            found="funding rates alone" if contents else "no file",
            expected=EXPECTED,
        )
    return work.examined()


class _Work:
    """One audit as it is gathered."""

    def __init__(self, brackets: Brackets, prices: Prices, contents: Sequence[Content]) -> None:
        self.checks: list[Check] = []
        self._brackets, self._prices, self._contents = brackets, prices, contents
        self._report = Report()
        self._liquidations: list[Liquidation] = []
        self._notes = [note for content in contents for note in content.notes]
        self._study: Study | None = None

    def account(self, contents: list[Content]) -> None:
        """Audit the files of one account."""
        account, report = account_of(contents), self._report
        rates = [content for content in self._contents if content.kind is Kind.FUNDING_RATES]
        if account.repeated:
            self._notes.append(f"{account.repeated:,} rows stand twice and were taken once")
        positions = rebuild(account.trades, report)
        if not account.trades:
            for check in ("positions", "fees", "profit"):
                report.cannot(check, NO_TRADES, counted=False)
        if not account.snapshots:
            report.cannot(PRINTED, NO_SNAPSHOTS, counted=False)
        check_snapshots(account.snapshots, positions, report)
        self._notes += check_fees(account.trades, report)
        check_orders(account, report)
        check_ledger(account, report)
        settlements = [one for content in rates for one in settlements_of(content)]
        check_funding(account, positions, settlements, self._prices, report)
        check_insurance(account, report)
        check_liquidation_prices(account.snapshots, self._brackets, report)
        self._liquidations += audit_forced(account, positions, self._brackets, self._prices, report)
        self.checks += asked.ACCOUNT

    def stream(self, contents: list[Content]) -> None:
        """Audit recordings of the public stream of forced orders."""
        stream = read_stream(contents)
        found, seen = audit_stream(stream, self._brackets, self._prices, self._report)
        self._notes += stream.notes
        self._liquidations += found
        self._study = study_of(seen, stream.rows, stream.repeated)
        self.checks += asked.STREAM

    def hyperliquid(self, contents: list[Content]) -> None:
        """Audit Hyperliquid's historical files."""
        self._liquidations += audit_hyperliquid(contents, self._report)
        self.checks += asked.HYPERLIQUID

    def deleveraged(self, contents: list[Content]) -> None:
        """Audit Hyperliquid's auto-deleveraging events."""
        audit_deleveraged(contents, self._report)
        self.checks += asked.DELEVERAGED

    def examined(self) -> Examined:
        """Return all that it came to."""
        numbered = [replace(one, number=n) for n, one in enumerate(self._liquidations, 1)]
        audit = Audit(
            subject=", ".join(content.path.name for content in self._contents),
            checks=self._report.results(self.checks),
            liquidations=tuple(numbered),
            records=sum(len(content.rows) for content in self._contents),
            notes=(*self._notes, *self._brackets.notes()),
        )
        return Examined(audit=audit, study=self._study)
