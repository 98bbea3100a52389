"""Children of the local stack: started, watched, ended, each with its log file."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from deploy.layout import LOOPBACK, ROOT
from deploy.problems import CannotRun

LAUNCHER = Path(__file__).with_name("launch.py")
POLL_SECONDS = 0.05
READY_SECONDS = 90.0
STOP_SECONDS = 20.0
LAST_LINES = 12

# The kernel ties "parent" to the thread that forked: one thread, alive as long as we are.
_spawner = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spawner")


@dataclass(frozen=True, slots=True)
class Program:
    """How one child is run: its command, how readiness shows, how it is asked to end."""

    name: str
    command: tuple[str, ...]
    ready: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    port: int | None = None
    account: tuple[int, int] | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    # A service is crash-safe, so nothing gentler is needed when the parent was killed.
    death_signal: signal.Signals = signal.SIGKILL
    ready_seconds: float = READY_SECONDS


class Child:
    """One running program."""

    def __init__(self, program: Program, log: Path) -> None:
        self.program = program
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def exit_code(self) -> int | None:
        """What the program ended with; None while it runs or was never started."""
        return self._process.poll() if self._process else None

    def start(self) -> None:
        if self.program.port is not None:
            refuse_port_in_use(self.program.name, self.program.port)
        rotate(self.log)
        self._process = spawn(self.program, self.log)

    def wait_ready(self) -> None:
        deadline = time.monotonic() + self.program.ready_seconds
        while not self.program.ready():
            if self.exit_code is not None:
                raise self.crashed()
            if time.monotonic() > deadline:
                raise self.too_slow()
            time.sleep(POLL_SECONDS)

    def ask_to_stop(self) -> None:
        if self._process is not None and self.exit_code is None:
            self._process.send_signal(self.program.stop_signal)

    def wait_stopped(self, timeout_seconds: float = STOP_SECONDS) -> None:
        """Wait for the end; what does not end by then is killed with all its offspring."""
        if self._process is None:
            return
        try:
            self._process.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it as a power cut would (every process of its group)."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):  # it may have ended by itself a moment ago
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def last_lines(self) -> str:
        text = self.log.read_text("utf-8", errors="replace") if self.log.exists() else ""
        return "\n".join(f"    {line}" for line in text.splitlines()[-LAST_LINES:])

    def crashed(self) -> CannotRun:
        name, code = self.program.name, self.exit_code or 0
        by_signal = signal.Signals(-code).name if code < 0 else ""
        return CannotRun(
            f"{name} 意外退出({f'信号 {by_signal}' if by_signal else f'退出码 {code}'}),已全部停止。",
            f"{name} ended by itself ({by_signal or f'exit code {code}'}); everything was stopped. "
            f"Its last words, from {self.log}:",
            self.last_lines(),
        )

    def too_slow(self) -> CannotRun:
        name, seconds = self.program.name, self.program.ready_seconds
        return CannotRun(
            f"{name} 在 {seconds:.0f} 秒内未就绪,已全部停止。",
            f"{name} was not ready within {seconds:.0f} s; everything was stopped. "
            f"Its last words, from {self.log}:",
            self.last_lines(),
        )


def child_environment() -> dict[str, str]:
    """Ours, with one word more: nothing on this machine is reached through a proxy."""
    inherited = {key: value for key, value in os.environ.items() if key.lower() != "no_proxy"}
    direct = ",".join(filter(None, (os.environ.get("no_proxy"), LOOPBACK, "localhost")))
    return {**inherited, "NO_PROXY": direct, "no_proxy": direct, "PYTHONUNBUFFERED": "1"}


def spawn(program: Program, log: Path) -> subprocess.Popen[bytes]:
    account = "-" if program.account is None else "{}:{}".format(*program.account)
    launched = [
        sys.executable, "-I", "-S", str(LAUNCHER),
        str(os.getpid()), str(int(program.death_signal)), account, *program.command,
    ]  # fmt: skip

    def start() -> subprocess.Popen[bytes]:
        with log.open("ab") as output:
            return subprocess.Popen(
                launched,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
                env={**child_environment(), **program.environment},
                # Ctrl-C in the terminal reaches only us; we end the children in order.
                start_new_session=True,
            )

    return _spawner.submit(start).result()


def begin_step(
    name: str, command: tuple[str, ...], environment: Mapping[str, str], log: Path
) -> Child:
    """Start a step that ends by itself, such as a migration."""
    child = Child(Program(name, command, ready=lambda: False, environment=environment), log)
    child.start()
    return child


def finish_step(child: Child) -> None:
    """Wait until a step has ended; raise CannotRun when it failed."""
    child.wait_stopped(READY_SECONDS)
    if child.exit_code != 0:
        raise child.crashed()


def stop_all(children: Iterable[Child]) -> None:
    """Ask all at once, then wait for each."""
    stopping = list(children)
    for child in stopping:
        child.ask_to_stop()
    deadline = time.monotonic() + STOP_SECONDS
    for child in stopping:
        child.wait_stopped(max(0.1, deadline - time.monotonic()))


def rotate(log: Path) -> None:
    """Keep the log of the run before, and no more."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists():
        log.replace(log.with_suffix(".log.1"))


def answers_http(url: str) -> Callable[[], bool]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def ready() -> bool:
        try:
            with opener.open(url, timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    return ready


def accepts_connections(port: int) -> Callable[[], bool]:
    def ready() -> bool:
        try:
            with socket.create_connection((LOOPBACK, port), timeout=1):
                return True
        except OSError:
            return False

    return ready


def refuse_port_in_use(name: str, port: int) -> None:
    with socket.socket() as probe:
        # A port that only lingers in TIME_WAIT from the run before is free for us.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            user = who_listens(port)
            raise CannotRun(
                f"端口 {port}({name})已被{user or '其他程序'}占用,请停止它,或换一组端口:CAMPAIGN_PORT_BASE=8300 make demo。",
                f"Port {port} (for {name}) is in use by {user or 'another program'}: stop it, "
                "or move all ports with CAMPAIGN_PORT_BASE=8300 make demo.",
            ) from None


def who_listens(port: int) -> str:
    """Name the program, where the system lets us look; else an empty string."""
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.laddr and connection.laddr.port == port and connection.pid:
                return f" {psutil.Process(connection.pid).name()} (pid {connection.pid}) ".strip()
    except psutil.Error:
        return ""
    return ""
