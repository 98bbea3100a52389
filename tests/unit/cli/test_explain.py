"""What `explain` and `rehearse` print, and what they ask for."""

from typing import Any

import pytest
from typer.testing import CliRunner

from deploy import cli_explain
from deploy.cli import app
from deploy.cli_client import Services
from deploy.layout import Ports, free_ports
from tests.unit.cli.printed import printed

run = CliRunner()

EVENT = {
    "id": "e-1", "type": "campaign.rectification.ItemRaised.v1", "service": "rectification",
    "league": "1502", "version": 7, "title": "办事慢", "actor": "p-15-0001",
    "happened_at": "2014-02-03T00:00:00Z", "recorded_at": "2014-02-04T00:00:00Z",
    "import_id": None,
}  # fmt: skip
THING = {"kind": "item", "id": "i-1", "title": "办事慢"}


def row(unit: str, **more: Any) -> dict[str, Any]:
    plain = {
        "unit": unit, "name": "东河区", "class": "banner", "path": f"15.1502.{unit}", "thing": None,
        "n": 1, "since": "2014-02-21", "event": None, "window": None,
    }  # fmt: skip
    return plain | more


def explanation(*rows: dict[str, Any], cursor: str | None = None, **more: Any) -> dict[str, Any]:
    plain = {
        "unit": "15", "as_of": "2014-03-04", "tree": "then", "figure": "ledger.raised",
        "class": None, "value": len(rows), "ratio": None, "rows": list(rows),
        "next_cursor": cursor,
    }  # fmt: skip
    return plain | more


def rehearsal(refusal: Any = None) -> dict[str, Any]:
    changed = [{"figure": "total.expected", "before": 10, "after": 13, "difference": 3}]
    totals = {"before": {}, "after": {}, "changed": changed}
    step = {
        "command": "move", "unit": "150202", "to": "1501", "on": "2014-03-01", "events": 6,
        "refusal": refusal,
    }  # fmt: skip
    unit = {"unit": "1501", "name": "呼和浩特市", "level": 2, "then": totals, "now": totals}
    return {"steps": [step], "moved_count": 3, "moved": [], "affected": [unit], "hidden": 1}


WHY = {"code": "move-under-itself", "detail_zh": "不能划到自己之下。", "detail_en": "Not so."}


class Asked:
    """Services that keep what they were asked, and give the answers they were given, in order."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self.answers = list(answers)
        self.asked: list[Any] = []

    def get(self, service: str, path: str, account: str, **params: str) -> dict[str, Any]:
        self.asked.append((service, path, account, params))
        return self.answers.pop(0)

    def post(self, service: str, path: str, account: str, body: object) -> dict[str, Any]:
        self.asked.append((service, path, account, body))
        return self.answers.pop(0)


def asked_of(monkeypatch: pytest.MonkeyPatch, *answers: dict[str, Any]) -> Asked:
    services = Asked(*answers)
    monkeypatch.setattr(cli_explain, "services_at_hand", lambda: services)
    return services


def test_a_line_names_unit_thing_day_event_and_who() -> None:
    page = printed(
        cli_explain.explanation_page(explanation(row("150202", thing=THING, event=EVENT)))
    )

    assert "ledger.raised = 1" in page
    for word in ("150202 东河区", "item 办事慢", "2014-02-21", "ItemRaised 1502:7", "p-15-0001"):
        assert word in page
    assert "--limit" not in page


def test_what_was_known_at_an_instant_says_when() -> None:
    page = printed(cli_explain.explanation_page(explanation(known_at="2014-03-05T01:00:00Z")))

    assert "known at 2014-03-05T01:00:00Z" in page
    assert "known at" not in printed(cli_explain.explanation_page(explanation()))


def test_more_rows_than_are_shown_are_told_of() -> None:
    page = printed(cli_explain.explanation_page(explanation(row("150202"), cursor="c")))

    assert "--limit" in page


def test_a_rate_is_shown_as_its_two_figures() -> None:
    ratio = {
        "part": {"figure": "ledger.closed", "value": 1},
        "whole": {"figure": "ledger.raised", "value": 3},
    }

    page = printed(cli_explain.explanation_page(explanation(ratio=ratio, value=333)))

    assert "ledger.closed (1) / ledger.raised (3)" in page


def test_explain_goes_on_until_it_has_the_rows_that_are_wanted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = (row(str(n)) for n in (1, 2))
    services = asked_of(monkeypatch, explanation(first, cursor="c"), explanation(second))

    ended = run.invoke(app, ["explain", "15", "ledger.raised", "--class", "banner", "--json"])

    assert ended.exit_code == 0
    assert ended.stdout.count('"since"') == 2
    (_, path, account, params), (*_, more) = services.asked
    assert (path, account) == ("/campaigns/nmg-2014/units/15/explain", "leader-15")
    assert params == {
        "limit": "100", "figure": "ledger.raised", "tree": "then", "class": "banner",
    }  # fmt: skip
    assert (more["cursor"], more["limit"]) == ("c", "99")


def test_rehearse_sends_the_step_and_shows_what_would_change(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    services = asked_of(monkeypatch, rehearsal())

    ended = run.invoke(app, ["rehearse", "--move", "150202", "--to", "1501", "--on", "2014-03-01"])

    assert ended.exit_code == 0
    assert "10 -> 13" in ended.stdout
    assert "beyond your rights: 1" in ended.stdout
    ((*_, body),) = services.asked
    assert body == {"move": {"unit": "150202", "to": "1501", "on": "2014-03-01"}}


def test_several_units_may_be_merged_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    services = asked_of(monkeypatch, rehearsal())
    words = "rehearse --merge 1 --merge 2 --into 3 --on 2014-03-01 --as-of 2014-03-04 --json"

    assert run.invoke(app, words.split()).exit_code == 0
    ((*_, body),) = services.asked
    assert body == {
        "merge": {"units": ["1", "2"], "into": "3", "on": "2014-03-01"}, "as_of": "2014-03-04",
    }  # fmt: skip


def test_a_refused_step_is_told_and_ends_with_a_code_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked_of(monkeypatch, rehearsal(WHY))

    ended = run.invoke(app, ["rehearse", "--move", "150202", "--to", "1501"])

    assert ended.exit_code == 3
    assert "move-under-itself" in ended.stdout


@pytest.mark.parametrize(
    "words", ["", "--move 1", "--to 1", "--merge 1", "--into 1", "--move 1 --to 2 --into 3"]
)
def test_half_a_step_is_no_step(words: str) -> None:
    ended = run.invoke(app, ["rehearse", *words.split()])

    assert ended.exit_code == 1
    assert "--move" in ended.stderr


@pytest.mark.parametrize(
    "words", ["explain 15 expected", "rehearse --move 1 --to 2", "explain 15 expected --json"]
)
def test_without_a_running_system_it_says_how_to_start_one(
    monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    nobody = {"ISSUER_URL": f"http://127.0.0.1:{free_ports(1)[0]}"}
    services = Services.on(Ports.from_base(8100), nobody)
    monkeypatch.setattr(cli_explain, "services_at_hand", lambda: services)

    ended = run.invoke(app, words.split())

    assert ended.exit_code == 1
    assert "is the stack running" in ended.stderr
