"""Failures: which errors are for people, and the exit code that each ends with."""

FINE = 0
LOG_WRONG = 1
BAD_INPUT = 2
UNFINISHED = 3
AGENT_FAILED = 4
INTERRUPTED = 130

EXIT_CODES = """\
Exit codes: 0 fine. 1 a log that does not verify, violates a rule, or cannot be written or read.
2 bad input or usage: a file, a scenario, an option, or terms that the exchange refuses.
3 an unfinished log, right as far as it goes, or a sweep of which runs failed.
4 an agent failed: the run went on without it. 130 interrupted."""


class UsageError(ValueError):
    """Options that make no sense: which one, what was found, what was expected."""


def exit_code_of(error: Exception) -> int | None:
    """Return the exit code of an error that is for people, None for a defect of ours."""
    # Imported here: whoever raised one of these has loaded its module already.
    from perplab.advice.verdict import AdviceError  # noqa: PLC0415 - see above
    from perplab.agents.errors import AgentError  # noqa: PLC0415
    from perplab.audit.log import AuditError  # noqa: PLC0415
    from perplab.journal.errors import JournalError  # noqa: PLC0415
    from perplab.lab.finding import MissingTapeError  # noqa: PLC0415
    from perplab.lab.parting import ForkError  # noqa: PLC0415
    from perplab.lab.points import PointError  # noqa: PLC0415
    from perplab.lab.scenario import ScenarioError  # noqa: PLC0415
    from perplab.lab.sweep.errors import SweepError  # noqa: PLC0415
    from perplab.tables.reading import TableError  # noqa: PLC0415
    from perplab.tape.errors import TapeError  # noqa: PLC0415
    from perplab.venue.words import ActionError  # noqa: PLC0415

    if isinstance(error, JournalError | AuditError):
        return LOG_WRONG
    if isinstance(error, MissingTapeError | ForkError | AdviceError | AgentError):
        return BAD_INPUT
    if isinstance(
        error,
        UsageError | TableError | TapeError | ScenarioError | ActionError | PointError | SweepError,
    ):
        return BAD_INPUT
    return None
