"""The one table of what runs where: processes, ports, environment, server settings."""

import os
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Self

from deploy.problems import CannotRun

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = "127.0.0.1"
DEFAULT_PORT_BASE = 8100
DATABASE = "campaign"
POSTGRES_MAJOR = "18"

# Of a large upload or batch nothing stays: glibc keeps freed memory for itself unless told not to.
MALLOC_SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "MALLOC_ARENA_MAX": "2",
        "MALLOC_MMAP_THRESHOLD_": "131072",
        "MALLOC_TRIM_THRESHOLD_": "131072",
    }
)

# Durability stays at its defaults for the server. The one statement that commits ahead of the disk
# (append_one) is flushed before it is answered or published: docs/decisions/0008.
POSTGRES_SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "max_connections": "200",
        "shared_buffers": "128MB",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "15min",
        "jit": "off",
        "timezone": "UTC",
    }
)

# What holds on every broker we start; topics are created by the services, never by a typo.
KAFKA_SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "auto.create.topics.enable": "false",
        "num.partitions": "24",
        "log.retention.ms": "-1",
        "log.cleanup.policy": "delete",
        "group.initial.rebalance.delay.ms": "0",
    }
)


@dataclass(frozen=True, slots=True)
class Service:
    """A pair of processes, api and worker, and a migration that runs before them.

    `folders` are where it keeps files: the variable that names each, its name in the data folder.
    """

    name: str
    number: int
    folders: Mapping[str, str] = field(default_factory=dict)

    def command(self, role: str) -> tuple[str, ...]:
        return ("-m", f"services.{self.name}.main", role)


# Adding a service is one line here.
SERVICES = (
    Service("units", 1),
    Service("schedule", 2),
    Service("supervision", 3),
    Service("rectification", 4, {"EVIDENCE_DIR": "evidence", "NOTICES_DIR": "notices"}),
    Service("status", 5),
)
ROLES = ("api", "worker")
SERVICE_NAMES = tuple(service.name for service in SERVICES)


@dataclass(frozen=True, slots=True)
class Ports:
    """A port for each process that listens, all on the loopback interface."""

    table: Mapping[str, int]

    @classmethod
    def from_base(cls, base: int = DEFAULT_PORT_BASE) -> Self:
        table = {"issuer": base, "broker": base + 92}
        for service in SERVICES:
            table[f"{service.name}-api"] = base + service.number
            table[f"{service.name}-worker"] = base + 10 + service.number
        return cls(MappingProxyType(table))

    @classmethod
    def free(cls) -> Self:
        """Ports nobody uses now: for tests, which may run beside a demo."""
        names = list(cls.from_base().table)
        return cls(MappingProxyType(dict(zip(names, free_ports(len(names)), strict=True))))

    def url(self, name: str) -> str:
        return f"http://{LOOPBACK}:{self.table[name]}"


def free_ports(count: int) -> list[int]:
    """Return distinct free ports; all are held open until the last is known."""
    held = [socket.socket() for _ in range(count)]
    try:
        for each in held:
            each.bind((LOOPBACK, 0))
        return [each.getsockname()[1] for each in held]
    finally:
        for each in held:
            each.close()


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the shared servers of one stack are."""

    database_url: str
    bootstrap: str
    ports: Ports
    embedded_broker: bool = False
    data_dir: Path = ROOT / ".data"

    def environment(self, name: str, log_level: str = "INFO") -> dict[str, str]:
        """Return what one service is told; the same keys as in docker-compose.yml."""
        # A real broker has the idempotent producer, and is spoken to with it unless told otherwise.
        limits = {"KAFKA_IDEMPOTENCE": "false"} if self.embedded_broker else {}
        return {
            **limits,
            **MALLOC_SETTINGS,
            "DATABASE_URL": self.database_url,
            "KAFKA_BOOTSTRAP_SERVERS": self.bootstrap,
            "ISSUER_URL": self.ports.url("issuer"),
            **{f"{each.name.upper()}_URL": self.ports.url(f"{each.name}-api") for each in SERVICES},
            **{key: str(self.data_dir / folder) for key, folder in service(name).folders.items()},
            "HOST": LOOPBACK,
            "PORT": str(self.ports.table[f"{name}-api"]),
            "METRICS_PORT": str(self.ports.table[f"{name}-worker"]),
            "LOG_LEVEL": log_level,
        }


def service(name: str) -> Service:
    return next(each for each in SERVICES if each.name == name)


def python(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-u", *arguments)


def data_dir_from_environment() -> Path:
    return Path(os.environ.get("CAMPAIGN_DATA_DIR") or ROOT / ".data").expanduser().resolve()


def port_base(text: str | None) -> int:
    """The first port of the stack, as CAMPAIGN_PORT_BASE says it, or the usual one."""
    if not text:
        return DEFAULT_PORT_BASE
    with suppress(ValueError):
        if 1024 <= int(text) <= 65_000:
            return int(text)
    raise CannotRun(
        f"CAMPAIGN_PORT_BASE={text} 无效,应为 1024 到 65000 之间的整数。",
        f"CAMPAIGN_PORT_BASE={text} is not a number between 1024 and 65000.",
    )
