"""Logs to look at."""

from pathlib import Path

import pytest

from journal.runs import batches, record


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Return a finished, sealed log."""
    return record(tmp_path / "run.db")


@pytest.fixture
def unfinished(tmp_path: Path) -> Path:
    """Return a log whose run was interrupted before its last two batches."""
    return record(tmp_path / "unfinished.db", batches()[:-2])
