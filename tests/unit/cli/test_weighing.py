"""What `compare` and `what-if` print, and what they ask for."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from deploy import cli_weighing
from deploy.cli import app
from tests.unit.cli.printed import printed

run = CliRunner()

ENTRY = {
    "event": "e-1", "type": "campaign.schedule.MobilizationHeld.v1", "service": "schedule",
    "league": "1502", "version": 7, "unit": "150202", "unitpath": "15.1502.150202",
    "actor": "p-15-0001", "happened_at": "2014-02-19T01:00:00Z",
    "recorded_at": "2014-03-05T01:00:00Z", "late": True, "import_id": None,
}  # fmt: skip
CHANGE = {
    "key": "mobilized", "zh": "已动员", "en": "mobilized", "before": 3, "after": 4, "difference": 1,
}  # fmt: skip
COMPARED = {
    "unit": "15", "before": {"as_of": "2014-03-04", "position": "", "known_at": "2014-03-04T01:00Z"},
    "after": {"as_of": "2014-03-05", "position": ""}, "changes": [CHANGE], "same": 40, "events": 1,
    "entries": [ENTRY], "next_cursor": None,
}  # fmt: skip
DIFFERENCE = {
    "view": "status", "unit": "15", "figure": "below_total.mobilization.late", "real": 1,
    "supposed": None, "difference": None,
}  # fmt: skip


class Asked:
    """Services that keep what they were asked."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self.answer = answer
        self.asked: list[Any] = []

    def get(self, service: str, path: str, account: str, **params: str) -> dict[str, Any]:
        self.asked = [service, path, account, params]
        return self.answer

    def post(
        self, service: str, path: str, account: str, body: object, **params: str
    ) -> dict[str, Any]:
        self.asked = [service, path, account, body, params]
        return self.answer


def asked_of(monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any]) -> Asked:
    services = Asked(answer)
    monkeypatch.setattr(cli_weighing, "services_at_hand", lambda: services)
    return services


def test_a_comparison_shows_what_changed_and_by_which_entries() -> None:
    page = printed(cli_weighing.comparison_page(COMPARED))

    for word in (
        "已动员 mobilized", "+1", "MobilizationHeld 1502:7", "p-15-0001", "unchanged: 40",
        "2014-03-04 (2014-03-04T01:00Z",
    ):  # fmt: skip
        assert word in page


def test_compare_asks_for_both_points(monkeypatch: pytest.MonkeyPatch) -> None:
    services = asked_of(monkeypatch, COMPARED)
    words = "compare 15 --as-of 2014-03-04 --as-of-other 2014-03-05"

    ended = run.invoke(app, [*words.split(), "--known-at", "2014-03-04T01:00Z", "--json"])

    assert ended.exit_code == 0
    assert services.asked == [
        "status", "/campaigns/nmg-2014/units/15/comparison", "leader-15",
        {
            "as_of": "2014-03-04", "known_at": "2014-03-04T01:00Z", "limit": "20",
            "as_of_other": "2014-03-05",
        },
    ]  # fmt: skip


def test_what_if_sends_the_rules_of_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rules = tmp_path / "rules.json"
    rules.write_text('{"near_workdays": 9}')
    services = asked_of(
        monkeypatch, {"unit": "15", "as_of": "2014-03-04", "differences": [DIFFERENCE]}
    )

    ended = run.invoke(app, ["what-if", "15", str(rules), "--as-of", "2014-03-04"])

    assert ended.exit_code == 0
    assert "below_total.mobilization.late" in ended.stdout
    assert services.asked == [
        "status", "/campaigns/nmg-2014/units/15/what-if", "leader-15", {"near_workdays": 9},
        {"as_of": "2014-03-04"},
    ]  # fmt: skip


def test_a_long_path_is_shown_whole_however_narrow_the_terminal() -> None:
    page = printed(
        cli_weighing.what_if_page(
            {"unit": "15", "as_of": "2014-03-04", "differences": [DIFFERENCE]}
        ),
        width=60,
    )

    assert str(DIFFERENCE["figure"]) in "".join(page.split())


def test_without_a_difference_it_says_so() -> None:
    page = printed(
        cli_weighing.what_if_page({"unit": "15", "as_of": "2014-03-04", "differences": []})
    )

    assert "Nothing would differ." in page


@pytest.mark.parametrize("text", [None, "{near"])
def test_rules_that_cannot_be_read_are_refused(tmp_path: Path, text: str | None) -> None:
    rules = tmp_path / "rules.json"
    if text is not None:
        rules.write_text(text)

    ended = run.invoke(app, ["what-if", "15", str(rules)])

    assert ended.exit_code == 1
    assert "Cannot read the rules" in ended.stderr
