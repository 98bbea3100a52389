"""Become another program that cannot outlive its parent (run as a file, before any import path).

Usage: python -I -S launch.py PARENT_PID DEATH_SIGNAL UID:GID|- PROGRAM [ARGUMENT ...]
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, death_signal: int, account: str, command: list[str]) -> None:
    if account != "-":
        uid, gid = (int(part) for part in account.split(":"))
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    # Only after the change of user, which clears the setting.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the parent ended before its child began")
    os.execv(command[0], command)  # noqa: S606  no shell is what we want


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:])
