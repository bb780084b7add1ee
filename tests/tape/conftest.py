"""Price files written for a test, and a cache of its own for each."""

from collections.abc import Callable
from pathlib import Path

import pytest

Written = Callable[[str, str], Path]


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("PERPLAB_CACHE", str(folder))
    return folder


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Return a function that writes a text under a name and returns its path."""

    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
        return path

    return write
