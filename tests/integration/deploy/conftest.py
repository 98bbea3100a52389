from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.clean import forget


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """A folder that is closed to other users, as a person's home may be."""
    closed = tmp_path / "有 空格"
    closed.mkdir(mode=0o700)
    yield closed / ".data"
    forget(closed / ".data")
