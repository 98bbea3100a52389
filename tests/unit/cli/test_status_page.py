"""The status page says in words and colours what the API answered."""

from copy import deepcopy
from typing import Any

import pytest

from deploy.cli_status import class_name, light, status_page
from tests.unit.cli.printed import printed

GREEN = {"colour": "green", "late": True}
RED = {"colour": "red", "late": False}
ANSWER: dict[str, Any] = {
    "as_of": "2014-03-04",
    "unit": {"unit": "1502", "name": "包头市"},
    "own": {
        "prepared_on": "2013-12-20",
        "plans": {
            "implementation": {"state": "approved", "plan_version": 2, "since": "2014-02-08"}
        },
        "mobilization": {
            "state": "mobilized_on_time",
            "held_on": "2014-02-18",
            "light": {"colour": "green", "late": False},
        },
        "trainings": [{}, {}],
    },
    "below": {
        "window_unit_l3": {
            "figures": {
                "expected": 1400,
                "mobilization": {"on_time": 1200, "late": 100, "pending": 0, "overdue": 100},
            },
            "window": {"opens_on": "2014-02-20", "closes_on": "2014-03-01"},
            "light": RED,
        },
        "banner": {
            "figures": {
                "expected": 9,
                "mobilization": {"on_time": 8, "late": 1, "pending": 0, "overdue": 0},
            },
            "window": None,
            "light": GREEN,
        },
    },
    "freshness": {
        "applied_at": "2014-03-05T01:00:00Z",
        "events_behind": 0,
        "seconds_behind": 0.0,
    },
}


def page(answer: dict[str, Any]) -> str:
    return printed(status_page(answer))


@pytest.mark.parametrize(
    "told",
    [
        "包头市 1502",
        "as of 2014-03-04",
        "已按时动员 mobilized on time 2014-02-18",
        "已批准 approved, v2, 2014-02-08",
        "旗县 banners",
        "L3 窗口单位 window units",
        "1,400",
        "03-01",
        "红 red",
        "behind 0 个事件 events",
    ],
)
def test_the_page_tells_what_was_answered(told: str) -> None:
    assert told in page(ANSWER)


def test_area_classes_come_before_attached_ones() -> None:
    shown = page(ANSWER)

    assert shown.index("旗县 banners") < shown.index("窗口单位 window units")


def test_a_view_never_measured_says_so() -> None:
    answer = deepcopy(ANSWER)
    answer["freshness"] = {"applied_at": None, "events_behind": None, "seconds_behind": None}

    assert "Not yet measured how fresh the view is" in page(answer)


def test_a_class_the_page_does_not_know_is_shown_by_its_code() -> None:
    assert class_name("harbour") == "harbour"
    assert class_name("harbour_l3") == "L3 harbour"


@pytest.mark.parametrize("colour", ["grey", "yellow", "red", "green"])
def test_every_light_has_its_colour_and_its_word(colour: str) -> None:
    shown = light({"colour": colour, "late": False})

    assert colour in shown.plain
    assert shown.style
    assert "迟" in light({"colour": colour, "late": True}).plain


def test_a_state_added_later_is_shown_as_it_is() -> None:
    answer = deepcopy(ANSWER)
    answer["own"]["mobilization"]["state"] = "postponed"

    assert "postponed 2014-02-18" in page(answer)
