"""One stack per data folder: the second is told who holds it."""

import fcntl
import os
from pathlib import Path
from typing import IO

from deploy.problems import CannotRun


def take_lock(data_dir: Path) -> IO[str]:
    """Hold the data folder for this process; the system lets go when the process ends."""
    data_dir.mkdir(parents=True, exist_ok=True)
    lock = (data_dir / "lock").open("a+", encoding="ascii")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        holder = lock.read().strip() or "?"
        lock.close()
        raise CannotRun(
            f"数据目录 {data_dir} 正被另一个运行中的系统(进程 {holder})使用,请先停止它。",
            f"The data folder is in use by a stack that already runs (pid {holder}): stop it "
            "first, or give this one a CAMPAIGN_DATA_DIR and a CAMPAIGN_PORT_BASE of its own.",
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock
