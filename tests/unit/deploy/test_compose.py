"""docker-compose.yml and the local stack are one system described twice: they must not drift."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from deploy.kafka.libraries import POM
from deploy.kafka.server import HEAP, Node
from deploy.layout import (
    DATABASE,
    LOOPBACK,
    MALLOC_SETTINGS,
    POSTGRES_MAJOR,
    POSTGRES_SETTINGS,
    ROLES,
    ROOT,
    SERVICES,
    Addresses,
    Ports,
    Service,
)
from deploy.local import issuer_program
from shared.platform.kafka import PARTITIONS, TOPIC_CONFIG

PORTS = Ports.from_base()
SERVERS = {"postgres", "kafka", "issuer"}
# Where a listener is, and which files it keeps, differs inside a container by nature.
KAFKA_PLACES = {
    "listeners", "advertised.listeners", "controller.quorum.voters", "log.dirs",
    "listener.security.protocol.map", "heap.opts",
}  # fmt: skip


@pytest.fixture(scope="module")
def compose() -> Mapping[str, Any]:
    parsed: Mapping[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    return parsed


@pytest.fixture(scope="module")
def containers(compose: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = compose["services"]
    return found


def test_it_runs_the_same_processes(containers: Mapping[str, Any]) -> None:
    ours = {f"{each.name}-{role}" for each in SERVICES for role in (*ROLES, "migrate")}

    assert set(containers) == ours | SERVERS


@pytest.mark.parametrize("role", [*ROLES, "migrate"])
@pytest.mark.parametrize("service", SERVICES, ids=lambda each: each.name)
def test_each_process_has_the_local_command(
    containers: Mapping[str, Any], service: Service, role: str
) -> None:
    container = containers[f"{service.name}-{role}"]

    assert container["command"] == ["python", "-u", *service.command(role)]


@pytest.mark.parametrize("role", [*ROLES, "migrate"])
@pytest.mark.parametrize("service", SERVICES, ids=lambda each: each.name)
def test_each_process_is_told_the_same_things(
    containers: Mapping[str, Any], service: Service, role: str
) -> None:
    local = Addresses("", "", PORTS).environment(service.name)
    told = containers[f"{service.name}-{role}"]["environment"]

    assert set(told) == set(local)
    for key in ("PORT", "METRICS_PORT", "LOG_LEVEL", *MALLOC_SETTINGS):
        assert told[key] == local[key]


def test_what_is_handed_in_outlives_the_containers(
    compose: Mapping[str, Any], containers: Mapping[str, Any]
) -> None:
    for service in SERVICES:
        for role in ROLES:
            container = containers[f"{service.name}-{role}"]
            kept = dict(volume.split(":") for volume in container.get("volumes", ()))

            assert kept == {
                folder: container["environment"][key] for key, folder in service.folders.items()
            }
            assert set(kept) <= set(compose["volumes"])


def test_each_address_names_the_container_that_listens_there(
    containers: Mapping[str, Any],
) -> None:
    for service in SERVICES:
        told = containers[f"{service.name}-api"]["environment"]

        assert told[f"{service.name.upper()}_URL"] == f"http://{service.name}-api:{told['PORT']}"
        assert told["ISSUER_URL"] == containers["issuer"]["environment"]["ISSUER_URL"]
        assert told["DATABASE_URL"].endswith(f"@postgres:5432/{DATABASE}")
        assert told["KAFKA_BOOTSTRAP_SERVERS"] == "kafka:9092"


def test_ports_are_the_local_ones_and_published_on_this_machine_only(
    containers: Mapping[str, Any],
) -> None:
    published = {
        name: container["ports"] for name, container in containers.items() if "ports" in container
    }
    local = {
        name: [f"{LOOPBACK}:{port}:{port}"]
        for name, port in PORTS.table.items()
        if name != "broker"
    }

    assert published == local


def test_health_is_asked_where_the_local_stack_asks(containers: Mapping[str, Any]) -> None:
    for service in SERVICES:
        for role in ROLES:
            name = f"{service.name}-{role}"
            asked = containers[name]["healthcheck"]["test"]

            assert asked[-2:] == ["deploy.healthy", f"{PORTS.url(name)}/readyz"]


def test_services_start_after_their_migration_and_that_after_the_servers(
    containers: Mapping[str, Any],
) -> None:
    for service in SERVICES:
        migrate = f"{service.name}-migrate"

        assert set(containers[migrate]["depends_on"]) == SERVERS
        for role in ROLES:
            waits = containers[f"{service.name}-{role}"]["depends_on"]
            assert waits == {migrate: {"condition": "service_completed_successfully"}}


def test_postgres_has_the_same_version_and_settings(containers: Mapping[str, Any]) -> None:
    postgres = containers["postgres"]
    command = postgres["command"]
    settings = dict(flag.split("=") for flag in command[2::2])

    assert postgres["image"] == f"postgres:{POSTGRES_MAJOR}"
    assert set(command[1::2]) == {"-c"}
    assert settings == dict(POSTGRES_SETTINGS)
    assert "ports" not in postgres


def test_kafka_has_the_same_version_and_settings(containers: Mapping[str, Any]) -> None:
    kafka = containers["kafka"]
    told = {
        key.removeprefix("KAFKA_").lower().replace("_", "."): value
        for key, value in kafka["environment"].items()
    }
    node = Node(1, 9092, 9093, ROOT)
    local = node.properties([node])

    assert kafka["image"] == f"apache/kafka:{fetched_version()}"
    assert without(told, KAFKA_PLACES) == without(local, KAFKA_PLACES)
    assert told["heap.opts"].split() == list(HEAP)
    assert "ports" not in kafka


def test_a_broker_keeps_topics_as_the_services_create_them(
    containers: Mapping[str, Any],
) -> None:
    told = containers["kafka"]["environment"]

    assert told["KAFKA_NUM_PARTITIONS"] == str(PARTITIONS)
    assert told["KAFKA_LOG_RETENTION_MS"] == TOPIC_CONFIG["retention.ms"]
    assert told["KAFKA_LOG_CLEANUP_POLICY"] == TOPIC_CONFIG["cleanup.policy"]


def test_the_issuer_is_told_the_same_things(containers: Mapping[str, Any]) -> None:
    local = issuer_program(ROOT, PORTS)
    issuer = containers["issuer"]

    assert set(issuer["environment"]) == set(local.environment)
    assert issuer["environment"]["PORT"] == local.environment["PORT"]
    assert issuer["command"][1:] == list(local.command[1:])


def test_no_password_is_written_down(containers: Mapping[str, Any]) -> None:
    keys = {key for each in containers.values() for key in each.get("environment", {})}

    assert not {key for key in keys if re.search("PASSWORD|SECRET|TOKEN", key)}


def fetched_version() -> str:
    found = re.search(r"kafka_2\.13</artifactId>\s*<version>([\d.]+)<", POM.read_text("utf-8"))
    assert found is not None
    return found[1]


def without(settings: Mapping[str, str], names: set[str]) -> dict[str, str]:
    return {key: value for key, value in settings.items() if key not in names}
