"""Occurrences: each event adds its amounts to its unit from its day on, once."""

import pytest

from services.status.learning import opened
from services.status.things.kinds import learn_thing, new_thing, spans_by_unit, things_of
from shared.contracts import supervision
from shared.kernel.events import Event
from tests.unit.status.things.said import (
    AT_BANNER,
    BANNER,
    DUTY,
    JOINT_MEETING,
    LECTURES,
    LIFE_MEETING,
    LINK,
    PIECES,
    RECEPTION,
    RULES,
    STEP,
    VISIT,
)
from tests.unit.status.things.telling import at, day, known, told


@pytest.mark.parametrize(
    ("event", "kind", "id_", "amounts"),
    [
        (DUTY, "duty", "d-1", {"detail:duties:patrol_made": 1}),
        (VISIT, "visit", "v-1", {"liaison_visits": 1}),
        (LIFE_MEETING, "life_meeting", "p-1/150202/2014-01-04", {"life_meetings": 1}),
        (JOINT_MEETING, "joint_meeting", "m-1", {"detail:joint_meetings": 1}),
        (RULES, "team_rules", "150202/discipline", {"detail:team_rules:discipline": 1}),
        (PIECES, "publicity", "x-1", {"detail:publicity:wechat": 40}),
        (
            LECTURES,
            "lecture",
            "l-1",
            {
                "detail:lectures:cadre_lecture": 25,
                "detail:speakers:cadre_lecture": 10,
                "detail:listeners:cadre_lecture": 900,
            },
        ),
        (
            RECEPTION,
            "reception",
            "r-1",
            {
                "detail:petition_receptions": 1,
                "detail:petition_visits": 30,
                "detail:petition_cases": 12,
            },
        ),
        (LINK, "batch_link", "1502-D01/150202", {"detail:batch_links": 1}),
        (STEP, "urging", "item/i-1/2014-01-03/notice", {"detail:urged:item:notice": 1}),
    ],
)
def test_an_occurrence_adds_its_amounts_from_its_day(
    event: Event, kind: str, id_: str, amounts: dict[str, int]
) -> None:
    occurrence = known(kind, event)

    assert things_of(event) == ((kind, id_),)
    assert at(occurrence, BANNER, 2) == {}
    assert at(occurrence, BANNER, 3) == at(occurrence, BANNER, 30) == amounts


def test_what_was_told_first_under_a_name_stands() -> None:
    later = supervision.TeamRulesAdopted(
        **AT_BANNER, kind="discipline", title="纪律(修订)", adopted_on=day(9)
    )
    first, second = told([RULES, later])
    occurrence = new_thing("team_rules")
    for envelope in (second, first, second):
        learn_thing(occurrence, envelope, opened(envelope))

    assert spans_by_unit(occurrence) == {
        BANNER: [("detail:team_rules:discipline", day(3), None, 1)]
    }


def test_an_occurrence_never_told_of_adds_nothing() -> None:
    assert spans_by_unit(new_thing("duty")) == {}
