"""Apache Kafka in KRaft mode: one node or three, each broker and controller at once."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from deploy.kafka.libraries import fetch, java
from deploy.layout import KAFKA_SETTINGS, LOOPBACK, free_ports
from deploy.problems import CannotRun
from deploy.processes import Child, Program, accepts_connections, stop_all

# Any sixteen bytes will do; a fixed one lets a kept folder be formatted again harmlessly.
CLUSTER_ID = "Y2FtcGFpZ24tY2FzY2FkZQ"
HEAP = ("-Xms256m", "-Xmx512m")
# A program that ends within seconds gains nothing from the optimising compiler.
SHORT_LIVED = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
READY_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Node:
    number: int
    client_port: int
    controller_port: int
    folder: Path

    def properties(self, cluster: Sequence["Node"]) -> dict[str, str]:
        copies = str(len(cluster))
        quorum = ",".join(f"{node.number}@{LOOPBACK}:{node.controller_port}" for node in cluster)
        in_sync = str(len(cluster) // 2 + 1)
        return {
            **KAFKA_SETTINGS,
            "process.roles": "broker,controller",
            "node.id": str(self.number),
            "listeners": f"PLAINTEXT://{LOOPBACK}:{self.client_port},"
            f"CONTROLLER://{LOOPBACK}:{self.controller_port}",
            "advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{self.client_port}",
            "controller.listener.names": "CONTROLLER",
            "controller.quorum.voters": quorum,
            "log.dirs": str(self.folder / "log"),
            "default.replication.factor": copies,
            "min.insync.replicas": in_sync,
            "offsets.topic.replication.factor": copies,
            "offsets.topic.num.partitions": "4",
            "transaction.state.log.replication.factor": copies,
            "transaction.state.log.min.isr": in_sync,
            "transaction.state.log.num.partitions": "4",
            "share.coordinator.state.topic.replication.factor": copies,
            "share.coordinator.state.topic.min.isr": in_sync,
            # All nodes end together here: there is nobody to hand a partition to.
            "controlled.shutdown.enable": "false",
        }


class ApacheKafka:
    """A running cluster on free ports (or the given ones), its logs and data in one folder."""

    def __init__(
        self,
        folder: Path,
        libraries: Path,
        nodes: int = 1,
        ports: Sequence[int] | None = None,
    ) -> None:
        taken = list(ports or free_ports(2 * nodes))
        self._classes = str(libraries / "*")
        self.nodes = [
            Node(number, taken[number - 1], taken[nodes + number - 1], folder / f"node-{number}")
            for number in range(1, nodes + 1)
        ]
        self._children: dict[int, Child] = {}

    @classmethod
    def fetched(cls, folder: Path, data_dir: Path, nodes: int = 1) -> Self:
        return cls(folder, fetch(data_dir), nodes)

    @property
    def bootstrap(self) -> str:
        return ",".join(f"{LOOPBACK}:{node.client_port}" for node in self.nodes)

    def __enter__(self) -> Self:
        try:
            for node in self.nodes:
                self._format(node)
                self._children[node.number] = child = Child(
                    self._program(node), node.folder / "kafka.log"
                )
                child.start()
            for child in self._children.values():
                child.wait_ready()
            self._wait_for_all_nodes()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        stop_all(self._children.values())

    def check(self) -> None:
        for child in self._children.values():
            if child.exit_code is not None:
                raise child.crashed()

    def kill(self, number: int) -> None:
        """End one node as a power cut would."""
        self._children[number].kill()

    def restart(self, number: int) -> None:
        """Start a node again on the data it had, and wait until the cluster is whole."""
        self.restart_all([number])

    def restart_all(self, numbers: Iterable[int]) -> None:
        """As restart, for nodes that need one another to be ready."""
        again = [self._children[number] for number in numbers]
        stop_all(again)
        for child in again:
            child.start()
        for child in again:
            child.wait_ready()
        self._wait_for_all_nodes()

    def _format(self, node: Node) -> None:
        node.folder.mkdir(parents=True, exist_ok=True)
        settings = node.properties(self.nodes)
        text = "".join(f"{key}={value}\n" for key, value in settings.items())
        (node.folder / "server.properties").write_text(text, "utf-8")
        command = [
            *self._java("error", *SHORT_LIVED), "kafka.tools.StorageTool", "format", "--ignore-formatted",
            "--cluster-id", CLUSTER_ID, "--config", str(node.folder / "server.properties"),
        ]  # fmt: skip
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            raise CannotRun(
                "无法格式化 Kafka 目录。",
                f"The folder {node.folder} could not be formatted for Kafka.",
                done.stdout + done.stderr,
            )

    def _program(self, node: Node) -> Program:
        return Program(
            f"kafka-{node.number}",
            (*self._java("warn"), "kafka.Kafka", str(node.folder / "server.properties")),
            ready=accepts_connections(node.client_port),
            port=node.client_port,
            stop_signal=signal.SIGTERM,
            ready_seconds=READY_SECONDS,
        )

    def _java(self, log_level: str, *flags: str) -> tuple[str, ...]:
        return (
            java(), *HEAP, *flags, "-Djava.awt.headless=true",
            f"-Dorg.slf4j.simpleLogger.defaultLogLevel={log_level}",
            "-cp", self._classes,
        )  # fmt: skip

    def _wait_for_all_nodes(self) -> None:
        with ThreadPoolExecutor(max_workers=1) as other:  # the caller may have a running loop
            other.submit(asyncio.run, self._all_registered()).result()

    async def _all_registered(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while True:
            self.check()
            with suppress(KafkaError, OSError):
                if await registered_brokers(self.bootstrap) == len(self.nodes):
                    return
            if time.monotonic() > deadline:
                raise CannotRun(
                    "Kafka 节点未在时限内全部就绪。",
                    f"Not all {len(self.nodes)} Kafka nodes joined in {READY_SECONDS:.0f} s.",
                )
            await asyncio.sleep(0.2)


async def registered_brokers(bootstrap: str) -> int:
    """Return how many brokers the cluster says it has."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        await admin.start()
        described: Mapping[str, Sequence[object]] = await admin.describe_cluster()
        return len(described["brokers"])
    finally:
        await admin.close()


def environment(bootstrap: str) -> dict[str, str]:
    """Return this process's environment with the broker's address in it."""
    return {**os.environ, "KAFKA_BOOTSTRAP_SERVERS": bootstrap}
