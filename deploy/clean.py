"""Forget the embedded servers' data; what was downloaded stays."""

import shutil
import sys
from pathlib import Path

from deploy.embedded import Cluster, postgres_home
from deploy.layout import data_dir_from_environment
from deploy.lock import take_lock
from deploy.problems import CannotRun

# Named one by one: the data folder may be a place that holds other things too.
OURS = ("postgres", "logs", "issuer", "kafka")


def forget(data_dir: Path) -> None:
    """Remove what a stack keeps; refused while one runs."""
    with take_lock(data_dir):
        home = postgres_home(data_dir)
        places = [Cluster(home).socket_dir, home, *(data_dir / name for name in OURS)]
        for folder in places:
            if folder.exists():
                shutil.rmtree(folder)
        (data_dir / "lock").unlink(missing_ok=True)


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
