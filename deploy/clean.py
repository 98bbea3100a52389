"""Forget the embedded servers' data; what was downloaded stays."""

import shutil
import sys
import time
from pathlib import Path

from deploy.embedded import Cluster, postgres_home
from deploy.layout import data_dir_from_environment
from deploy.lock import take_lock
from deploy.problems import CannotRun

# Named one by one: the data folder may be a place that holds other things too.
OURS = ("postgres", "logs", "issuer", "kafka")
PATIENCE_SECONDS = 10.0


def forget(data_dir: Path) -> None:
    """Remove what a stack keeps; refused while one runs."""
    with take_lock(data_dir):
        home = postgres_home(data_dir)
        # A stack that was interrupted or killed may leave a server still on its way down.
        Cluster(home).end_leftover()
        places = [Cluster(home).socket_dir, home, *(data_dir / name for name in OURS)]
        for folder in places:
            _remove(folder)
        (data_dir / "lock").unlink(missing_ok=True)


def _remove(folder: Path) -> None:
    """Remove a folder, also while a server that is ending takes its own files away."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while folder.exists():
        try:
            shutil.rmtree(folder)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def main() -> int:
    data_dir = data_dir_from_environment()
    try:
        forget(data_dir)
    except CannotRun as problem:
        print(problem, file=sys.stderr)
        return 1
    print(f"数据已清除。 Data forgotten: {data_dir}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
