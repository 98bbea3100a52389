"""`campaign rebuild` and `campaign verify`: what they ask the role for, print, and exit with."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from deploy import cli_rebuild, cli_verify
from deploy.cli import app
from deploy.cli_roles import RoleRefused, Tell

run = CliRunner()

ENTRY = {
    "id": 7, "purpose": "rebuild", "source": "topics", "league": "1502", "state": "interrupted",
    "stage": "reading", "events_read": 1200, "events_wanted": 148295, "parts_done": 1,
    "differences": {}, "cause": "", "started_at": "2014-03-04T01:02:03.5Z", "finished_at": None,
    "made_with": "",
}  # fmt: skip
DIFFERENCE = {
    "table": "unit_facts",
    "key": {"campaign": "nmg-2014", "unit": "150202"},
    "live": {"name": "错"},
    "rebuilt": {"name": "对"},
}
AUDITED = {
    "histories": 52, "events": 148295, "records": 148297, "duplicates": 2, "heads": {},
    "rollups": {"lines": 10, "different": 0, "shown": [], "digest": "1", "live_digest": "1"},
    "findings": [],
}  # fmt: skip
FINDING = {
    "code": "chain-broken", "service": "units", "league": "1502", "versions": "3",
    "zh": "不符", "en": "differs",
}  # fmt: skip

Answer = Callable[[dict[str, Any]], list[tuple[str, ...]]]


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Answer:
    """Have roles answer this; what they were asked is kept."""

    def answered(result: dict[str, Any]) -> list[tuple[str, ...]]:
        asked: list[tuple[str, ...]] = []

        def result_of(name: str, *arguments: str, tell: Tell) -> dict[str, Any]:
            asked.append((name, *arguments))
            tell("reading", 1, 2)
            return result

        monkeypatch.setattr(cli_rebuild, "result_of", result_of)
        monkeypatch.setattr(cli_verify, "result_of", result_of)
        monkeypatch.setattr(cli_verify, "consumers", lambda _: [])
        return asked

    return answered


@pytest.mark.parametrize(
    ("command", "asked"),
    [
        ([], ("status", "rebuild", "run", "--from", "topics", "--shown", "20")),
        (["--from", "feeds"], ("status", "rebuild", "run", "--from", "feeds", "--shown", "20")),
        (["resume"], ("status", "rebuild", "resume", "--from", "topics", "--shown", "20")),
        (["units"], ("units", "rebuild-views")),
    ],
)
def test_the_role_is_asked_for_what_the_command_says(
    answer: Answer, command: list[str], asked: tuple[str, ...]
) -> None:
    heard = answer({"events": 148295} if command != ["units"] else {"streams": {"units": 3}})

    ended = run.invoke(app, ["rebuild", *command])

    assert ended.exit_code == 0
    assert heard == [asked]
    assert ("148,295" in ended.stdout) == (command != ["units"])


def test_one_league_is_named_to_the_role(answer: Answer) -> None:
    heard = answer({"events": 9})

    run.invoke(app, ["rebuild", "--league", "1502"])

    assert heard[0][-2:] == ("--league", "1502")


@pytest.mark.parametrize(
    "command",
    [["units", "--verify"], ["status", "--league", "1502"], ["--verify", "--league", "1502"]],
)
def test_what_makes_no_sense_together_is_refused(answer: Answer, command: list[str]) -> None:
    heard = answer({})

    ended = run.invoke(app, ["rebuild", *command])

    assert (ended.exit_code, heard) == (1, [])
    assert "campaign" in ended.stderr


def test_differences_are_printed_and_the_exit_code_is_theirs(answer: Answer) -> None:
    answer({"different": 1, "events": 9, "counts": {"unit_facts": 1}, "shown": [DIFFERENCE]})

    ended = run.invoke(app, ["rebuild", "--verify"])

    assert ended.exit_code == 3
    for text in ("unit_facts", "150202", "错", "对"):
        assert text in ended.stdout


def test_no_difference_is_no_failure(answer: Answer) -> None:
    answer({"different": 0, "events": 9, "counts": {}, "shown": []})

    ended = run.invoke(app, ["rebuild", "--verify", "--json"])

    assert ended.exit_code == 0
    assert msgspec.json.decode(ended.stdout)["different"] == 0


def test_rebuilds_are_listed_with_what_can_be_done_about_them(answer: Answer) -> None:
    answer({"rebuilds": [ENTRY], "next": True, "former": True})

    ended = run.invoke(app, ["rebuild", "status"])

    for text in ("rebuild 1502", "interrupted", "< topics", "1,200", "148,295", "resume", "back"):
        assert text in ended.stdout


def test_a_refusal_is_said_with_its_code(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: str, tell: Tell) -> dict[str, Any]:
        raise RoleRefused("rebuild-running", "正在重建", "is running")

    monkeypatch.setattr(cli_rebuild, "result_of", refused)

    ended = run.invoke(app, ["rebuild"])

    assert ended.exit_code == 1
    assert "正在重建 is running (rebuild-running)" in ended.stderr


def test_where_nothing_differs_verify_says_what_it_compared(answer: Answer) -> None:
    answer(AUDITED)

    ended = run.invoke(app, ["verify"])

    assert ended.exit_code == 0
    assert "148,295" in ended.stdout
    assert "一致" in ended.stdout


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_each_finding_is_named_and_fails_verify(answer: Answer, options: list[str]) -> None:
    heard = answer(AUDITED | {"findings": [FINDING]})

    ended = run.invoke(app, ["verify", "--league", "1502", *options])

    assert ended.exit_code == 3
    assert "chain-broken" in ended.output
    assert heard == [("status", "verify", "--league", "1502")]
