"""A system carried in an archive to an empty one, by the command line: same histories, same views."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from deploy.clean import forget
from deploy.cli import app
from deploy.cli_client import Services
from deploy.layout import Ports
from deploy.local import Stack
from tests.e2e.test_up import free_base
from tests.integration.schedule.conftest import opening
from tests.integration.units.calls import TREE

pytestmark = pytest.mark.kafka

CAMPAIGN = "nmg-2014"
run = CliRunner()


@contextmanager
def a_system(monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """An empty system that the command line finds by its environment."""
    folder = Path(tempfile.mkdtemp(prefix="campaign-archive-"))
    folder.chmod(0o755)
    base = free_base()
    monkeypatch.setenv("CAMPAIGN_DATA_DIR", str(folder))
    monkeypatch.setenv("CAMPAIGN_PORT_BASE", str(base))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("KAFKA_BOOTSTRAP_SERVERS", raising=False)
    try:
        with Stack(folder, Ports.from_base(base)) as stack:
            yield Services.on(stack.ports)
    finally:
        forget(folder)
        shutil.rmtree(folder)


def write(services: Services) -> str:
    """Units, one of which moves to another league, and a campaign; how far to wait for."""
    clerk = {"Authorization": f"Bearer {services.token('clerk-15')}"}
    units, schedule = (services.apis[name] for name in ("units", "schedule"))
    with httpx.Client(headers=clerk, timeout=30, trust_env=False) as http:
        table = {"Content-Type": "text/csv"}
        path = f"{units}/campaigns/{CAMPAIGN}/units"
        http.post(f"{path}/import", content=TREE, headers=table).raise_for_status()
        body = {"parent_code": "1501", "effective_on": "2014-02-10"}
        moved = http.post(f"{path}/150202/move", json=body).raise_for_status()
        token = {"Consistency-Token": moved.headers["Consistency-Token"]}
        opened = http.post(f"{schedule}/campaigns", json=opening(CAMPAIGN), headers=token)
        opened.raise_for_status()
    return f"{token['Consistency-Token']},{opened.headers['Consistency-Token']}"


def shown(services: Services, token: str) -> list[Any]:
    answers = [
        services.get(
            "status", f"/campaigns/{CAMPAIGN}/units/{unit}/status", "leader-15",
            consistency_token=token, as_of="2014-03-04",
        )
        for unit in ("15", "1501", "1502", "150202")
    ]  # fmt: skip
    return [{k: v for k, v in answer.items() if k != "freshness"} for answer in answers]


def heads(services: Services) -> dict[str, Any]:
    return {
        name: services.get(name, "/streams/heads", "auditor-15") for name in ("units", "schedule")
    }


def campaign(*arguments: str) -> Any:
    """The JSON answer of a command that does its work."""
    ended = run.invoke(app, [*arguments, "--json"])
    assert ended.exit_code == 0, ended.output
    return json.loads(ended.stdout)


def test_an_empty_system_becomes_the_one_the_archive_was_written_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, again, proof = (str(tmp_path / name) for name in ("a.zip", "b.zip", "p.jsonl"))
    with a_system(monkeypatch) as first:
        token = write(first)
        before = shown(first, token), heads(first)
        exported = campaign("export", archive)
        campaign("prove", proof, "--service", "units", "--league", "1502", "--from", "2")

    with a_system(monkeypatch) as second:
        checked = campaign("import", archive, "--dry-run")
        assert heads(second) == {"units": [], "schedule": []}
        imported = campaign("import", archive, "--by", "p-15-operations", "--reason", "moved")

        assert (shown(second, token), heads(second)) == before
        campaign("export", again)
        refused = run.invoke(app, ["import", archive])
        epochs = campaign("epoch", "show", "--service", "units")
        sent = campaign("republish", "--service", "units", "--league", "1502")

    assert exported == checked == imported
    assert Path(again).read_bytes() == Path(archive).read_bytes()
    assert (refused.exit_code, "store-not-empty" in refused.stderr) == (1, True)
    (epoch,) = epochs["units"]
    assert (epoch["decision"], epoch["decided_by"]) == ("imported", "p-15-operations")
    assert sent["leagues"]["1502"]["from"] == 1
    told = subprocess.run(
        [sys.executable, "-I", str(tmp_path / "verify_proof.py"), proof, "--json"],
        capture_output=True, text=True, check=True, timeout=30,
    )  # fmt: skip
    assert json.loads(told.stdout)["whole"]
