"""The role `history` tells whoever started it, line by line, what it did or why it did not."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from shared.contracts.contract import Contract
from shared.platform.commands import CommandHandler
from shared.platform.history_role import Recording, work_on_history
from shared.platform.kafka import KafkaAddress
from shared.platform.lives import Life
from shared.platform.postgres import Connection, Pool
from shared.platform.rebuilding import refill_lives
from shared.platform.settings import Settings
from shared.platform.telling import TOLD
from tests.integration.platform.deliveries import write
from tests.integration.platform.tally import DECIDER, SHOWN
from tests.integration.platform.topics import new_relay, running, until

BY = ("--by", "p-15-operations", "--reason", "restored last night's copy")
LIFE = Life("meeting", DECIDER, SHOWN)


@pytest.fixture
def recording(database_url: str, schema: str, tally: Contract, address: KafkaAddress) -> Recording:
    settings = Settings(
        database_url=database_url, kafka_bootstrap_servers=address.bootstrap_servers,
        kafka_idempotence=address.idempotence, issuer_url="http://issuer.test", port=1,
        metrics_port=1,
    )  # fmt: skip

    async def refill(connection: Connection) -> Mapping[str, int]:
        return await refill_lives(connection, tally, (LIFE,))

    return Recording(settings, schema, tally, refill)


async def told(
    recording: Recording, capsys: pytest.CaptureFixture[str], *arguments: str
) -> list[dict[str, Any]]:
    """The lines of one run; one that is refused ends with 1."""
    code: str | int | None = 0
    try:
        await work_on_history(recording, arguments)
    except SystemExit as ended:
        code = ended.code
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if TOLD in line]
    assert code == (1 if lines[-1][TOLD] == "refused" else 0)
    return lines


async def published(pool: Pool) -> bool:
    behind: int = await pool.fetchval(
        "select count(*) from histories h left join relay_cursors c using (league)"
        " where h.version > coalesce(c.published_version, 0)"
    )
    return behind == 0


async def test_heads_and_epochs_of_a_store(
    recording: Recording, handler: CommandHandler, capsys: pytest.CaptureFixture[str]
) -> None:
    await write(handler, ["150201", "150301"])

    assert await told(recording, capsys, "heads") == [
        {TOLD: "result", "heads": {"1502": 3, "1503": 3}}
    ]
    assert await told(recording, capsys, "epochs") == [{TOLD: "result", "epochs": []}]


@pytest.mark.kafka
async def test_a_lost_end_is_tried_for_taken_back_and_written_down(
    recording: Recording, handler: CommandHandler, pool: Pool, database_url: str, schema: str,
    tally: Contract, address: KafkaAddress, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    await write(handler, ["150201"])
    async with running(new_relay(database_url, schema, tally, address)):
        await until(lambda: published(pool))
    await pool.execute("delete from relay_cursors")
    await pool.execute("delete from events")
    await pool.execute("delete from histories")

    *_, tried = await told(recording, capsys, "recover", *BY, "--dry-run")
    progress, done = await told(recording, capsys, "recover", *BY)
    *_, again = await told(recording, capsys, "recover", *BY)
    *_, listed = await told(recording, capsys, "epochs")

    leagues = {"1502": {"from": 1, "to": 3, "events": 3}}
    assert tried == {TOLD: "result", "epoch": None, "leagues": leagues}
    assert progress == {TOLD: "progress", "stage": "events", "done": 3, "total": 3}
    assert done == {TOLD: "result", "epoch": 1, "leagues": leagues}
    assert again["code"] == "nothing-beyond-the-store"
    assert listed["epochs"][0]["decided_by"] == "p-15-operations"


async def test_an_archive_that_is_none_is_refused_in_two_languages(
    recording: Recording, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (refused,) = await told(recording, capsys, "import", str(tmp_path / "none.zip"), *BY)

    assert refused["code"] == "archive-unreadable"
    assert "不是可读的归档" in refused["zh"]
    assert "no archive" in refused["en"]


async def test_a_broker_that_is_gone_is_said_and_nothing_is_changed(
    recording: Recording, handler: CommandHandler, pool: Pool, capsys: pytest.CaptureFixture[str]
) -> None:
    await write(handler, ["150201"])
    gone = Recording(
        recording.settings.model_copy(update={"kafka_bootstrap_servers": "127.0.0.1:1"}),
        recording.schema, recording.contract, recording.refill,
    )  # fmt: skip

    (refused,) = await told(gone, capsys, "accept", *BY)

    assert refused["code"] == "server-lost"
    assert await pool.fetchval("select count(*) from events") == 3


async def test_what_nobody_decided_is_a_usage_error(
    recording: Recording, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        await work_on_history(recording, ("accept",))

    assert ended.value.code == 2
    assert "--by" in capsys.readouterr().err
