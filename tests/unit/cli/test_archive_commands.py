"""Commands about whole histories refuse what cannot be, in a sentence, before anything is touched."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from deploy.cli import app
from deploy.layout import free_ports
from tests.support.archives import golden_histories, write_archive

run = CliRunner()


@pytest.fixture(autouse=True)
def nobody_listens(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ISSUER_URL", f"http://127.0.0.1:{free_ports(1)[0]}")
    monkeypatch.setenv("CAMPAIGN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["export", "a.zip", "--service", "tea"], ["没有服务 tea", "no service tea"]),
        (["export", "nowhere/a.zip"], ["无法写入", "cannot be written"]),
        (["export", "a.zip"], ["系统是否已启动", "is the stack running"]),
        (["import", "nothing.zip"], ["不是可读的归档", "archive-unreadable"]),
        (["prove", "p.jsonl", "--league", "1502", "--service", "tea"], ["没有服务 tea"]),
        (["prove", "p.jsonl", "--league", "1502", "--service", "units"], ["系统是否已启动"]),
        (["republish", "--service", "status"], ["没有服务 status"]),
        (["republish", "--service", "units", "--from", "9"], ["--league"]),
        (["parked", "list", "--service", "units"], ["没有视图跟随", "follows no other"]),
        (["parked", "retry", "--service", "status"], ["请给出编号", "--all"]),
        (["parked", "retry", "1", "--all"], ["请给出编号"]),
        (["parked", "discard", "1", "--yes"], ["系统是否已启动"]),
        (["epoch", "recover", "--service", "units"], ["请写明理由", "Say why"]),
        (["epoch", "accept", "--service", "units", "--reason", "r"], ["--yes"]),
        (["epoch", "accept", "--service", "units", "--yes"], ["请写明理由"]),
        (["epoch", "show", "--service", "tea"], ["没有服务 tea"]),
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_is_said_in_a_sentence(command: list[str], said: list[str]) -> None:
    ended = run.invoke(app, command)

    assert ended.exit_code == 1, ended.output
    assert all(words in ended.stderr.replace("\n", "") for words in said), ended.stderr
    assert "Traceback" not in ended.output
    assert ended.stdout == ""


def test_an_archive_with_one_byte_changed_is_refused_before_any_service_is_asked(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.zip"
    write_archive(path, golden_histories())
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.write_bytes(body)

    ended = run.invoke(app, ["import", str(path)])

    assert ended.exit_code == 1
    assert "archive-damaged" in ended.stderr
    assert "被改动或截断" in ended.stderr


@pytest.mark.parametrize("command", [["export", "a.zip"], ["prove", "p.jsonl", "--league", "15", "--service", "units"]])  # fmt: skip
def test_where_nothing_can_be_written_no_half_file_stays(
    command: list[str], tmp_path: Path
) -> None:
    run.invoke(app, command)

    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == []
