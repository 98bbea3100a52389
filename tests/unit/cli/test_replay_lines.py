"""What the commands that look at histories print."""

from typing import Any

import pytest
from typer.testing import CliRunner

from deploy.cli import app
from deploy.cli_event_words import CHINESE, named
from deploy.cli_following import Sent
from deploy.cli_histories import _event_row, _head_row, _stream, _stream_row
from deploy.cli_replay import _WORDS, _json_line, _line, _table
from services.status.learning import CONTRACTS
from services.status.replaying.totals import Running
from tests.unit.cli.printed import printed

HELD = "campaign.schedule.MobilizationHeld.v1"
ENVELOPE = (
    '{"specversion":"1.0","type":"campaign.schedule.MobilizationHeld.v1","subject":"150201",'
    '"time":"2014-02-18T01:00:00Z","source":"/campaign/schedule","league":"1502","version":17}'
)
HEAD = {
    "service": "units", "league": "1502", "version": 9, "hash": "ab" * 32,
    "recorded_at": "2014-06-01T00:00:00Z",
}  # fmt: skip
TOTALS = dict.fromkeys(_WORDS, 7) | {"complete": True}


def test_every_event_there_is_has_a_chinese_name() -> None:
    assert {name for contract in CONTRACTS for name in contract.events} == set(CHINESE)


def test_an_event_is_named_in_both_languages() -> None:
    assert named(HELD) == "动员会召开 MobilizationHeld"


def test_every_running_total_has_words() -> None:
    totals = Running({}, one_league=True).totals()

    assert set(totals.__struct_fields__) == {*_WORDS, "complete"}


def test_a_line_tells_when_where_and_what() -> None:
    assert _line(Sent("id", HELD, ENVELOPE)) == (
        "2014-02-18 09:00  150201          动员会召开 MobilizationHeld  schedule@1502:17\n"
    )


def test_totals_in_passing_are_a_line_and_at_the_end_a_table() -> None:
    line = _line(Sent("", "totals", str(TOTALS).replace("'", '"').replace("True", "true")))
    table = printed(_table(TOTALS))

    assert line.startswith("—— 事件 events 7 · 单位 units 7")
    assert line.count("\n") == 1
    assert "已动员 mobilized" in table


@pytest.mark.parametrize(
    ("sent", "line"),
    [
        (Sent("1.units.15.1", HELD, "{}"), f'{{"id":"1.units.15.1","event":"{HELD}","data":{{}}}}'),
        (Sent("", "totals", "{}"), '{"event":"totals","data":{}}'),
    ],
)
def test_as_json_an_event_is_a_line(sent: Sent, line: str) -> None:
    assert _json_line(sent) == line + "\n"


def test_a_head_shows_its_whole_hash() -> None:
    assert _head_row(HEAD) == ("units", "1502", "9", "ab" * 32, "2014-06-01 08:00:00")
    assert _head_row(HEAD | {"recorded_at": None})[-1] == "—"


@pytest.mark.parametrize(("shown", "behind"), [(9, "0"), (4, "[red]5[/red]"), (11, "0")])
def test_a_stream_says_how_far_it_is_shown(shown: int, behind: str) -> None:
    stream = _stream("units", HEAD, shown)

    assert _stream_row(stream)[2:5] == ("9", str(shown), behind)


def test_an_event_of_a_feed_shows_its_place() -> None:
    event: dict[str, Any] = {
        "source": "/campaign/schedule", "league": "1502", "version": 17, "actor": "p-1",
        "time": "2014-02-18T01:00:00Z", "subject": "150201", "type": HELD,
    }  # fmt: skip

    assert _event_row(event) == (
        "schedule@1502:17", "2014-02-18 09:00:00", "150201", "动员会召开 MobilizationHeld", "p-1",
    )  # fmt: skip


@pytest.mark.parametrize(
    "command",
    [
        ["heads", "--service", "status"],
        ["streams", "--service", "planning"],
        ["events", "--league", "1502", "--service", "x"],
        ["events", "--league", "1502", "--type", "MobilisationHeld"],
    ],
    ids=" ".join,
)
def test_what_does_not_exist_is_said_before_anybody_is_asked(command: list[str]) -> None:
    ended = CliRunner().invoke(app, command)

    assert ended.exit_code == 1
    assert ended.stdout == ""
    assert "没有" in ended.stderr


@pytest.mark.parametrize(
    "command",
    [
        ["replay"],
        ["replay", "--league", "1502", "--from", "yesterday"],
        ["events"],
        ["events", "--league", "1502", "--limit", "0"],
        ["events", "--league", "1502", "--after", "-1"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_read_is_a_usage_error(command: list[str]) -> None:
    assert CliRunner().invoke(app, command).exit_code == 2
