"""What the bodies take and what they refuse, before any rule is asked."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from services.schedule.api.bodies import HoldMobilization, OpenCampaign, ReturnPlan, SubmitPlan

HELD: dict[str, Any] = {"unit": "150202", "held_at": "2014-02-18T09:00:00+08:00", "attendees": 9}
WINDOW = {"levels": [2], "kinds": ["area"], "opens_on": "2014-01-24", "closes_on": "2014-02-20"}
OPEN: dict[str, Any] = {
    "campaign": "nmg-2014", "name_zh": "活动", "name_en": "Campaign", "root": "15",
    "starts_on": "2013-11-01", "ends_on": "2014-10-31", "mobilization_from": "2014-01-20",
    "windows": [WINDOW],
}  # fmt: skip


@pytest.mark.parametrize(
    "said",
    ["2014-02-18T09:00:00+08:00", "2014-02-18T09:00", "2014-02-18 09:00", "2014-02-18T01:00:00Z"],
)
def test_an_instant_without_an_offset_is_shanghais_wall_clock(said: str) -> None:
    body = HoldMobilization.model_validate(HELD | {"held_at": said})

    assert body.held_at == datetime(2014, 2, 18, 1, tzinfo=UTC)
    assert body.held_at.tzinfo is UTC


@pytest.mark.parametrize(
    "said",
    [0, 1392685200, 1.5, True, None, "", "gestern", "2014-02-30T09:00", "1948-12-31T00:00:00Z",
     "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"],
)  # fmt: skip
def test_what_is_no_instant_of_our_time(said: object) -> None:
    with pytest.raises(ValidationError):
        HoldMobilization.model_validate(HELD | {"held_at": said})


@pytest.mark.parametrize(
    "change",
    [
        {"attendees": 0},
        {"attendees": -1},
        {"attendees": 2**31},
        {"attendees": 1.0},
        {"attendees": "9"},
        {"unit": ""},
        {"unit": "-1"},
        {"unit": "1" * 42},
        {"unit": "包头"},
        {"unit": "15\n"},
        {"place": " "},
        {"place": "a\u202eb"},
        {"place": "\ud800"},
        {"chaired_by": "王某某"},
        {"name": "王某某"},
    ],
)
def test_a_meeting_is_told_within_bounds(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        HoldMobilization.model_validate(HELD | change)


def test_text_is_trimmed_and_normalized() -> None:
    body = HoldMobilization.model_validate(HELD | {"place": "  e\u0301cole  "})

    assert body.place == "\u00e9cole"


@pytest.mark.parametrize(
    "change",
    [
        {"windows": []},
        {"windows": [WINDOW] * 101},
        {"windows": [WINDOW | {"levels": []}]},
        {"windows": [WINDOW | {"levels": [6]}]},
        {"windows": [WINDOW | {"kinds": ["banner"]}]},
        {"windows": [WINDOW | {"opens_on": 0}]},
        {"campaign": "NMG"},
        {"campaign": "nmg/2014"},
        {"starts_on": "1948-12-31"},
        {"starts_on": "2013-11-01T00:00:01"},
    ],
)
def test_a_campaign_is_told_within_bounds(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        OpenCampaign.model_validate(OPEN | change)


@pytest.mark.parametrize(
    "change", [{"category": "other"}, {"digest": "short"}, {"digest": "a b c d e"}, {"title": ""}]
)
def test_a_plan_is_told_within_bounds(change: dict[str, object]) -> None:
    plan = {"unit": "1502", "category": "communities", "title": "方案", "digest": "digest-01"}

    assert SubmitPlan.model_validate(plan).submitted_at is None
    with pytest.raises(ValidationError):
        SubmitPlan.model_validate(plan | change)


def test_reasons_are_left_for_the_rules_to_judge() -> None:
    assert ReturnPlan.model_validate({"gate": "g", "reasons": []}).reasons == []
    assert ReturnPlan.model_validate({"gate": "g", "reasons": ["ugly"]}).reasons == ["ugly"]
    with pytest.raises(ValidationError):
        ReturnPlan.model_validate({"gate": "g", "reasons": ["x"] * 11})
