from pathlib import Path

import pytest

from deploy.embedded import Cluster, postgres_home
from deploy.kafka.server import ApacheKafka
from deploy.layout import MALLOC_SETTINGS, SERVICE_NAMES, Addresses, Ports, port_base
from deploy.local import Stack
from deploy.problems import CannotRun
from deploy.wheels import account, reachable_by_others

ENVIRONMENT = ("CAMPAIGN_DATA_DIR", "CAMPAIGN_PORT_BASE", "DATABASE_URL", "KAFKA_BOOTSTRAP_SERVERS")


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An environment that names a data folder and nothing else."""
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CAMPAIGN_DATA_DIR", str(tmp_path))
    return tmp_path


def test_the_known_ports_move_together() -> None:
    usual, moved = Ports.from_base().table, Ports.from_base(9100).table

    assert usual == {
        "issuer": 8100, "broker": 8192,
        "units-api": 8101, "units-worker": 8111,
        "schedule-api": 8102, "schedule-worker": 8112,
        "supervision-api": 8103, "supervision-worker": 8113,
        "rectification-api": 8104, "rectification-worker": 8114,
        "status-api": 8105, "status-worker": 8115,
    }  # fmt: skip
    assert moved == {name: port + 1000 for name, port in usual.items()}


def test_free_ports_differ() -> None:
    table = Ports.free().table

    assert len(set(table.values())) == len(Ports.from_base().table)


def test_a_service_is_told_where_everything_is() -> None:
    told = Addresses("postgresql://x", "127.0.0.1:8192", Ports.from_base()).environment("status")

    assert told == {
        **MALLOC_SETTINGS,
        "DATABASE_URL": "postgresql://x",
        "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:8192",
        "ISSUER_URL": "http://127.0.0.1:8100",
        "UNITS_URL": "http://127.0.0.1:8101",
        "SCHEDULE_URL": "http://127.0.0.1:8102",
        "SUPERVISION_URL": "http://127.0.0.1:8103",
        "RECTIFICATION_URL": "http://127.0.0.1:8104",
        "STATUS_URL": "http://127.0.0.1:8105",
        "HOST": "127.0.0.1",
        "PORT": "8105",
        "METRICS_PORT": "8115",
        "LOG_LEVEL": "INFO",
    }


def test_a_service_that_keeps_files_is_told_where_in_the_data_folder(tmp_path: Path) -> None:
    addresses = Addresses("", "", Ports.from_base(), data_dir=tmp_path)

    told = addresses.environment("rectification")

    assert told["EVIDENCE_DIR"] == str(tmp_path / "evidence")
    assert told["NOTICES_DIR"] == str(tmp_path / "notices")
    assert "EVIDENCE_DIR" not in addresses.environment("units")


def test_only_with_the_embedded_broker_is_idempotence_off() -> None:
    ports = Ports.from_base()

    embedded = Addresses("", "", ports, embedded_broker=True).environment("units")
    given = Addresses("", "", ports).environment("units")

    assert embedded == {**given, "KAFKA_IDEMPOTENCE": "false"}


def test_without_a_word_everything_is_embedded(bare: Path) -> None:
    stack = Stack.from_environment()

    assert stack.cluster is not None
    assert stack.data_dir == bare.resolve()
    assert stack.bootstrap == "127.0.0.1:8192"
    assert set(stack.urls) == set(SERVICE_NAMES)


def test_named_servers_are_used_instead_of_embedded_ones(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://db.example/campaign")
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "kafka.example:9092")
    monkeypatch.setenv("CAMPAIGN_PORT_BASE", "8300")

    stack = Stack.from_environment()

    assert stack.cluster is None
    assert stack.env("units")["DATABASE_URL"] == "postgresql://db.example/campaign"
    assert stack.env("units")["KAFKA_BOOTSTRAP_SERVERS"] == "kafka.example:9092"
    assert stack.issuer_url == "http://127.0.0.1:8300"


@pytest.mark.parametrize("text", ["x", "80", "70000", "8100.5", "-1"])
def test_aport_base_that_is_none_is_told(text: str) -> None:
    with pytest.raises(CannotRun) as told:
        port_base(text)

    assert f"CAMPAIGN_PORT_BASE={text} is not" in told.value.en


def test_a_socket_moves_out_of_a_folder_with_a_long_name(tmp_path: Path) -> None:
    near, deep = Cluster(Path("/p")), Cluster(tmp_path / ("long" * 30))

    assert near.socket_dir == Path("/p/socket")
    assert len(str(deep.socket_dir)) < 80
    assert deep.socket_dir != Cluster(tmp_path / ("far" * 40)).socket_dir


def test_the_data_stays_inside_the_folder_unless_root_is_closed_in(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)

    home = postgres_home(closed / ".data")

    assert not reachable_by_others(closed / ".data")
    assert (home == closed / ".data" / "postgres") == (account() is None)


def test_three_nodes_know_one_another_and_keep_three_copies(tmp_path: Path) -> None:
    kafka = ApacheKafka(tmp_path, tmp_path, nodes=3, ports=range(9001, 9007))
    third = kafka.nodes[2].properties(kafka.nodes)

    assert kafka.bootstrap == "127.0.0.1:9001,127.0.0.1:9002,127.0.0.1:9003"
    assert third["node.id"] == "3"
    assert third["controller.quorum.voters"] == "1@127.0.0.1:9004,2@127.0.0.1:9005,3@127.0.0.1:9006"
    assert third["default.replication.factor"] == "3"
    assert third["min.insync.replicas"] == "2"
    assert third["auto.create.topics.enable"] == "false"
    assert third["log.retention.ms"] == "-1"
