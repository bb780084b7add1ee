"""Where the shared market data is, and how often properties run."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture
def shared() -> Path:
    """Return the folder of real market data, or skip."""
    if not (SHARED / "data").is_dir():
        pytest.skip(f"real market data is not at {SHARED / 'data'}")
    return SHARED
