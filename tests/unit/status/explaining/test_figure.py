"""A figure is named by its path in the answer of `status`; what is none is told what is near."""

from typing import Any

import pytest

from services.status.explaining.figure import (
    Figure,
    Scope,
    UnknownFigure,
    figure_of,
    figures_in,
    number,
)
from services.status.figures import Counts, Mobilization, Plans
from services.status.tallies import Ledger, Tallies, Tally
from services.status.things.kinds import KINDS

PLANS = {"in_review": 1, "returned": 0, "approved": 2, "none": 3}
COUNTS = {
    "expected": 6,
    "plans": {"unified": PLANS},
    "mobilization": {"mobilized": 4, "on_time": 4, "overdue": 2, "rate_permille": 666},
    "participants": {"cadres": 40},
}
LEDGER = {"raised": 3, "closed": 1, "by_source": {"finding": {"raised": 3, "closed": 1}}}
ANSWER: dict[str, Any] = {
    "own": {
        "exists": True,
        "prepared_on": None,
        "plans": {"unified": {"state": "approved", "plan_version": 2}},
        "mobilization": {"state": "overdue", "attendees": None},
        "trainings": [{"training": "t-1", "participants": 40}],
        "figures": {"ledger": LEDGER},
    },
    "below": {"banner": {"figures": COUNTS, "window": None}},
    "below_total": COUNTS,
    "total": COUNTS | {"ledger": LEDGER},
    "campaign_wide": {"documents_by_kind": {"work_plan": 1}},
}


@pytest.mark.parametrize(
    ("text", "class_", "scope", "path", "of_class"),
    [
        ("expected", None, "total", "expected", None),
        ("total.expected", None, "total", "expected", None),
        ("/total/expected", None, "total", "expected", None),
        ("below_total.mobilization.overdue", None, "below", "mobilization.overdue", None),
        ("below_total.expected", "banner", "below", "expected", "banner"),
        ("expected", "banner", "below", "expected", "banner"),
        ("below.banner.figures.expected", None, "below", "expected", "banner"),
        ("own.figures.ledger.raised", None, "own", "ledger.raised", None),
        ("own.trainings.0.participants", None, "said", "own.trainings.0.participants", None),
        ("own.plans.unified.plan_version", None, "said", "own.plans.unified.plan_version", None),
        ("timeline.items_open", None, "below", "ledger.open", None),
        ("timeline.plans_approved", None, "below", "plans.*.approved", None),
        ("timeline.expected", "banner", "below", "expected", "banner"),
        ("timeline.items_open", "own", "own", "ledger.open", None),
        ("campaign_wide.documents_by_kind.work_plan", None, "documents", "work_plan", None),
        ("plans.unified.none", None, "total", "plans.unified.none", None),
        ("ledger.by_source.finding.raised", None, "total", "ledger.by_source.finding.raised", None),
        ("mobilization.rate_permille", None, "total", "mobilization.rate_permille", None),
    ],
)
def test_a_path_says_whose_figure_and_which(
    text: str, class_: str | None, scope: Scope, path: str, of_class: str | None
) -> None:
    found = figure_of(text, class_, ANSWER)

    assert found == Figure(text, scope, tuple(path.split(".")), of_class)


@pytest.mark.parametrize(
    "text",
    [
        "trained",
        "supervision.people",
        "petitions.cases",
        "filed_plans.complete",
        "participants.organisers",
        "programmes.commitment.progress",
        "publicity.pieces.wechat",
        "ledger.by_category.service.raised",
        "below.township.figures.expected",
    ],
)
def test_what_there_is_nothing_of_is_a_figure_though_left_out(text: str) -> None:
    assert figure_of(text, None, ANSWER).name == text


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("mobilization.overdu", "mobilization.overdue"),
        ("expectd", "expected"),
        ("total.expectd", "total.expected"),
        ("plans.unifed.none", "plans.unified.none"),
        ("own.figures.ledger.rised", "own.figures.ledger.raised"),
        ("below.banner.figures.expekted", "below.banner.figures.expected"),
        ("xyz", "expected"),
    ],
)
def test_near_matches_are_named(text: str, near: str) -> None:
    with pytest.raises(UnknownFigure) as refused:
        figure_of(text, None, ANSWER)

    assert near in refused.value.context["figures"]  # type: ignore[operator]
    assert near in refused.value.message_zh
    assert near in refused.value.message_en


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "..",
        "mobilization",
        "total",
        "below",
        "below.banner",
        "below.banner.figures",
        "own",
        "own.figures",
        "own.exists",
        "own.figures.expected",
        "own.trainings.1.participants",
        "own.mobilization.attendees",
        "below.nowhere.figures.expected",
        "expected.more",
        "participants.ghosts",
        "campaign_wide.documents_by_kind",
        "__class__",
        "plans.__len__.none",
        "*",
        "timeline",
    ],
)
def test_what_is_no_number_is_no_figure(text: str) -> None:
    with pytest.raises(UnknownFigure):
        figure_of(text, None, ANSWER)


def test_every_number_of_an_answer_is_a_figure() -> None:
    found = list(figures_in(ANSWER))

    assert "total.mobilization.rate_permille" in found
    assert "own.trainings.0.participants" in found
    assert "campaign_wide.documents_by_kind.work_plan" in found
    assert not any(name.startswith(("own.exists", "own.mobilization")) for name in found)
    assert [figure_of(name, None, ANSWER).name for name in found] == found


def test_without_a_campaign_there_are_no_documents_to_name() -> None:
    assert all(not f.startswith("campaign") for f in figures_in(ANSWER | {"campaign_wide": None}))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("mobilization.rate_permille", ("mobilization.mobilized", "expected")),
        ("total.mobilization.rate_permille", ("total.mobilization.mobilized", "total.expected")),
        (
            "below.banner.figures.mobilization.rate_permille",
            ("below.banner.figures.mobilization.mobilized", "below.banner.figures.expected"),
        ),
        (
            "own.figures.ledger.closing_rate_permille",
            ("own.figures.ledger.closed", "own.figures.ledger.raised"),
        ),
        (
            "ledger.satisfaction_permille", ("ledger.satisfied", "ledger.rated"),
        ),
    ],
)  # fmt: skip
def test_a_rate_is_made_of_two_figures(path: str, expected: tuple[str, str]) -> None:
    ratio = figure_of(path, None, ANSWER).ratio

    assert ratio is not None
    assert (ratio[0].name, ratio[1].name) == expected
    assert all(figure_of(each.name, None, ANSWER) == each for each in ratio)


def test_a_count_is_no_rate() -> None:
    assert figure_of("expected", None, ANSWER).ratio is None


@pytest.mark.parametrize("text", ["plans.unified.none", "below.banner.figures.plans.unified.none"])
def test_a_lack_of_plans_names_their_category(text: str) -> None:
    assert figure_of(text, None, ANSWER).missing_plans == "unified"
    assert figure_of("plans.unified.approved", None, ANSWER).missing_plans is None


def test_every_kind_of_thing_may_add_to_one_head_of_figures() -> None:
    heads = [name for name in Tallies.__struct_fields__ if name != "kinds"]
    kinds = [kind for head in heads for kind in Figure(head, "total", (head, "n")).kinds]

    assert sorted(kinds) == sorted(KINDS)


def test_what_units_do_has_no_things() -> None:
    assert Figure("expected", "total", ("expected",)).kinds == ()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("expected", 6),
        ("mobilization.mobilized", 4),
        ("plans.unified.approved", 2),
        ("plans.*.approved", 7),
        ("plans.other.approved", 0),
        ("ledger.raised", 3),
        ("ledger.by_source.finding.raised", 3),
        ("ledger.by_source.*.raised", 3),
        ("petitions.cases", 0),
        ("urged.*.notice", 0),
        ("mobilization", 0),
    ],
)
def test_a_number_is_read_from_counts(path: str, expected: int) -> None:
    counts = Counts(
        expected=6,
        plans={"unified": Plans(approved=2), "communities": Plans(approved=5)},
        mobilization=Mobilization(mobilized=4),
        ledger=Ledger(raised=3, by_source={"finding": Tally(raised=3)}),
    )

    assert number(counts, tuple(path.split("."))) == expected


def test_nothing_is_no_number() -> None:
    assert number({"rate": None, "late": True}, ("rate",)) == 0
    assert number({"rate": None, "late": True}, ("late",)) == 0
