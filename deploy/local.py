"""The whole system on one machine: started in order, watched, stopped in reverse."""

import asyncio
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from deploy.embedded import Cluster, broker_program, postgres_home, start_postgres
from deploy.interrupts import end_like_ctrl_c, uninterrupted
from deploy.layout import (
    ROLES,
    SERVICE_NAMES,
    Addresses,
    Ports,
    data_dir_from_environment,
    port_base,
    python,
    service,
)
from deploy.lock import take_lock
from deploy.problems import CannotRun
from deploy.processes import (
    Child,
    Program,
    answers_http,
    begin_step,
    finish_step,
    refuse_port_in_use,
    stop_all,
)

Say = Callable[[str], None]
Command = Callable[[str, str], tuple[str, ...]]
WATCH_SECONDS = 0.2


def service_command(name: str, role: str) -> tuple[str, ...]:
    return python(*service(name).command(role))


class Stack:
    """PostgreSQL, broker, issuer and the services as children of this process.

    Without a database URL or bootstrap address the embedded server is started; with one the
    given server is used. A context manager; not to be entered twice.
    """

    def __init__(
        self,
        data_dir: Path,
        ports: Ports,
        services: Sequence[str] = SERVICE_NAMES,
        *,
        database_url: str | None = None,
        bootstrap: str | None = None,
        log_level: str = "INFO",
        say: Say = lambda _: None,
        command: Command = service_command,
    ) -> None:
        self.data_dir = data_dir.resolve()
        self.ports = ports
        self.services = tuple(services)
        cluster = Cluster(postgres_home(self.data_dir))
        self.cluster = None if database_url else cluster
        self._embedded_broker = bootstrap is None
        self.addresses = Addresses(
            database_url or cluster.url(),
            bootstrap or f"127.0.0.1:{ports.table['broker']}",
            ports,
            self._embedded_broker,
            self.data_dir,
        )
        self._log_level = log_level
        self._say = say
        self._command = command
        self._children: dict[str, Child] = {}
        self._migrations: dict[str, Child] = {}
        self._expected_down: set[str] = set()
        self._lock: IO[str] | None = None

    @classmethod
    def from_environment(cls, say: Say = lambda _: None) -> Self:
        return cls(
            data_dir_from_environment(),
            Ports.from_base(port_base(os.environ.get("CAMPAIGN_PORT_BASE"))),
            database_url=os.environ.get("DATABASE_URL") or None,
            bootstrap=os.environ.get("KAFKA_BOOTSTRAP_SERVERS") or None,
            log_level=os.environ.get("LOG_LEVEL", "INFO"),
            say=say,
        )

    # ------------------------------------------------------------ where things are

    @property
    def database_url(self) -> str:
        return self.addresses.database_url

    @property
    def bootstrap(self) -> str:
        return self.addresses.bootstrap

    @property
    def issuer_url(self) -> str:
        return self.ports.url("issuer")

    @property
    def urls(self) -> Mapping[str, str]:
        return {name: self.ports.url(f"{name}-api") for name in self.services}

    @property
    def pids(self) -> Mapping[str, int]:
        """Return the living children by name."""
        living = {name: child.pid for name, child in self._children.items()}
        return {name: pid for name, pid in living.items() if pid is not None}

    def env(self, name: str) -> dict[str, str]:
        """Return the environment that a service's processes are given."""
        return self.addresses.environment(name, self._log_level)

    def log(self, name: str) -> Path:
        return self.data_dir / "logs" / f"{name}.log"

    # ------------------------------------------------------------ life

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        self._lock = take_lock(self.data_dir)
        try:
            self._refuse_ports_in_use()
            self._start_servers()
            self._start_services()
            self._await_services()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop every child: services, then issuer and broker, PostgreSQL last."""
        with uninterrupted():
            stop_all(self._migrations.values())
            self._migrations.clear()
            last = {"postgres", "broker", "issuer"}
            stop_all(child for name, child in self._children.items() if name not in last)
            stop_all(
                self._children[name] for name in ("issuer", "broker") if name in self._children
            )
            stop_all(child for name, child in self._children.items() if name == "postgres")
            self._children.clear()
            if self._lock is not None:
                self._lock.close()
                self._lock = None

    def check(self) -> None:
        """Raise CannotRun when a child that should live does not."""
        for name, child in self._children.items():
            if name not in self._expected_down and child.exit_code is not None:
                raise child.crashed()

    def wait(self) -> None:
        """Stay up until interrupted; raise CannotRun as soon as a child has crashed."""
        while True:
            self.check()
            time.sleep(WATCH_SECONDS)

    async def watch(self) -> None:
        """Do as wait does, beside other tasks of an event loop."""
        while True:
            self.check()
            await asyncio.sleep(WATCH_SECONDS)

    # ------------------------------------------------------------ faults, for tests

    def kill(self, name: str) -> None:
        """End one child as a power cut would; it stays down until restarted."""
        self._expected_down.add(name)
        self._children[name].kill()

    def restart(self, name: str) -> None:
        """Start one child again, stopping it first if it lives, and wait until it is ready."""
        self._expected_down.add(name)
        child = self._children[name]
        stop_all([child])
        if name == "postgres" and self.cluster is not None:
            start_postgres(self.cluster, child)
        else:
            child.start()
            child.wait_ready()
        self._expected_down.discard(name)

    # ------------------------------------------------------------ steps

    def _refuse_ports_in_use(self) -> None:
        """Look before anything is started, so that nothing needs to be undone."""
        for name, port in self.ports.table.items():
            used = name.rpartition("-")[0] in self.services or name == "issuer"
            if used or (name == "broker" and self._embedded_broker):
                refuse_port_in_use(name, port)

    def _start_servers(self) -> None:
        """Broker and issuer come up while PostgreSQL does: none of them needs another."""
        if self._embedded_broker:
            self._say("broker")
            self._start(broker_program(self.ports.table["broker"]))
        self._say("issuer")
        self._start(issuer_program(self.data_dir, self.ports))
        if self.cluster is not None:
            self._say("postgres")
            self.cluster.prepare()
            child = self._add(self.cluster.program())
            start_postgres(self.cluster, child)
            self.cluster.create_database()
        for name in ("broker", "issuer"):
            if name in self._children:
                self._children[name].wait_ready()

    def _start_services(self) -> None:
        """All migrations at once; a service as soon as its own has run, whatever the others do."""
        for name in self.services:
            self._migrations[name] = begin_step(
                f"{name}-migrate", self._command(name, "migrate"), self.env(name),
                self.log(f"{name}-migrate"),
            )  # fmt: skip
        for name in self.services:
            self._say(f"{name} migrate")
            finish_step(self._migrations[name])
            for role in ROLES:
                self._start(self._service_program(name, role))
        self._migrations.clear()
        self.check()

    def _await_services(self) -> None:
        for name in self.services:
            for role in ROLES:
                self._say(f"{name} {role}")
                self._children[f"{name}-{role}"].wait_ready()
        self.check()

    def _service_program(self, name: str, role: str) -> Program:
        label = f"{name}-{role}"
        return Program(
            label,
            self._command(name, role),
            ready=answers_http(f"{self.ports.url(label)}/readyz"),
            environment=self.env(name),
            port=self.ports.table[label],
        )

    def _add(self, program: Program) -> Child:
        child = Child(program, self.log(program.name))
        self._children[program.name] = child
        return child

    def _start(self, program: Program) -> None:
        self._add(program).start()


def issuer_program(data_dir: Path, ports: Ports) -> Program:
    return Program(
        "issuer",
        python("-m", "deploy.issuer"),
        ready=answers_http(f"{ports.url('issuer')}/jwks.json"),
        environment={
            "ISSUER_URL": ports.url("issuer"),
            "ISSUER_KEY_FILE": str(data_dir / "issuer" / "key.pem"),
            "HOST": "127.0.0.1",
            "PORT": str(ports.table["issuer"]),
        },
        port=ports.table["issuer"],
    )


def main() -> int:
    """Run the stack until Ctrl-C (the campaign command does more: it loads and reports)."""
    end_like_ctrl_c()
    try:
        with Stack.from_environment(say=lambda step: print(f"… {step}", flush=True)) as stack:
            for name, url in stack.urls.items():
                print(f"{name:10} {url}", flush=True)
            stack.wait()
    except CannotRun as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("已停止。 Stopped.", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
