"""Memory: the append-only log, its codec, rebuild and verify."""

from perplab.journal.comparing import Comparing
from perplab.journal.errors import JournalError
from perplab.journal.journal import Journal
from perplab.journal.jsonl import export, import_
from perplab.journal.manifest import (
    FORMAT,
    RULES_VERSION,
    FundingEntry,
    Manifest,
    Parent,
    TapeEntry,
    config_of,
    first_difference,
    manifest_config,
)
from perplab.journal.memory import Memory
from perplab.journal.rebuild import rebuild
from perplab.journal.verify import Verification, verify
from perplab.journal.writer import Writer

__all__ = [
    "FORMAT",
    "RULES_VERSION",
    "Comparing",
    "FundingEntry",
    "Journal",
    "JournalError",
    "Manifest",
    "Memory",
    "Parent",
    "TapeEntry",
    "Verification",
    "Writer",
    "config_of",
    "export",
    "first_difference",
    "import_",
    "manifest_config",
    "rebuild",
    "verify",
]
