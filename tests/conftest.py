"""Where the shared market data is, and a cache of the tests' own."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session", autouse=True)
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep converted tapes out of the user's cache."""
    os.environ["PERPLAB_CACHE"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture
def shared() -> Path:
    """Return the folder of real market data, or skip."""
    if not (SHARED / "data").is_dir():
        pytest.skip(f"real market data is not at {SHARED / 'data'}")
    return SHARED
