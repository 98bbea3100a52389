"""The README's commands do what it says, typed as they stand there."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.layout import ROOT
from deploy.local import Stack

BLOCKS = re.findall(
    r"^```sh\n(.*?)^```$", (ROOT / "README.md").read_text("utf-8"), re.DOTALL | re.MULTILINE
)
CURL = f"curl() {{ '{sys.executable}' '{ROOT}/tests/e2e/curl.py' \"$@\"; echo; }}"


@pytest.fixture(scope="module")
def answers(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What all blocks print when run one after another in one shell, a line an answer."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / ".data").mkdir()
    (folder / ".venv").symlink_to(sys.prefix)
    setting, *calls = BLOCKS
    for name, url in stack.urls.items():
        setting = re.sub(rf"{name.upper()}=\S+", f"{name.upper()}={url}", setting)
    script = "\n".join(["set -eu", CURL, setting, *calls])
    return _run(script, folder, {"ISSUER_URL": stack.issuer_url}).splitlines()


def _run(script: str, folder: Path, environment: dict[str, str]) -> str:
    ended = subprocess.run(
        ["sh", "-c", script],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_units_are_imported_and_found(answers: list[str]) -> None:
    assert json.loads(answers[0])["accepted"] == 3
    assert "150202" in answers[1]


def test_the_campaign_opens_and_the_meeting_is_recorded(answers: list[str]) -> None:
    assert json.loads(answers[2])["events"] == ["CampaignOpened"]
    assert json.loads(answers[3])["events"] == ["MobilizationHeld"]


def test_a_team_is_formed_trained_and_stationed(answers: list[str]) -> None:
    assert [json.loads(each)["events"] for each in answers[4:7]] == [
        ["TeamFormed"], ["TeamTrained"], ["TeamDispatched"]
    ]  # fmt: skip
    assert [team["team"] for team in json.loads(answers[7])["stationed"]] == ["st-1"]


def test_an_item_is_raised_and_stands_on_the_ledger(answers: list[str]) -> None:
    raised = json.loads(answers[8])["item"]

    assert [item["item"] for item in json.loads(answers[9])["items"]] == [raised]


def test_the_status_shows_the_write_its_token_names(answers: list[str]) -> None:
    status = json.loads(answers[10])

    assert status["below"]["banner"]["figures"]["mobilization"]["on_time"] == 1
    assert status["below"]["banner"]["light"]["colour"] == "green"
    assert status["total"]["ledger"]["open"] == 1
    assert json.loads(answers[11])["leagues"][0]["unit"]["unit"] == "1502"


def test_a_bulletin_is_drafted(answers: list[str]) -> None:
    assert json.loads(answers[12])["unit"] == "15"


def test_a_figure_is_explained_by_its_events(answers: list[str]) -> None:
    explained = json.loads(answers[13])

    assert explained["value"] == 1
    assert [row["unit"] for row in explained["rows"]] == ["150202"]


def test_what_was_not_known_yet_is_not_shown(answers: list[str]) -> None:
    assert json.loads(answers[14])["code"] == "unit-unknown-then"


def test_other_windows_are_supposed(answers: list[str]) -> None:
    found = json.loads(answers[15])["differences"]
    late = {(each["real"], each["supposed"]) for each in found if each["figure"].endswith(".late")}

    assert (0, 1) in late


def test_the_histories_can_be_read(answers: list[str]) -> None:
    assert {head["league"] for head in json.loads(answers[-3])} >= {"15", "1502"}
    assert json.loads(answers[-2])[0]["version"] == 1


def test_a_history_is_told_again(answers: list[str]) -> None:
    told = [line for line in answers if line.startswith("event: ")]

    assert "MobilizationHeld" in told[0]
    assert told[-1] == "event: totals"


def test_a_refusal_is_a_problem_document_in_the_language_asked_for(answers: list[str]) -> None:
    problem = json.loads(answers[-1])

    assert problem["code"] == "already-mobilized"
    assert problem["detail"] == problem["detail_en"]
