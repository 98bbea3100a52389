"""Each kind of thing names the event by which it came to add to a figure."""

import pytest

from services.status.explaining.behind import founding, pieces_of
from services.status.things.kinds import KINDS
from shared.contracts.rectification import FILED_DOCUMENTS
from shared.kernel.events import Event
from tests.unit.status.explaining.amounts import Added, of_thing
from tests.unit.status.things import said
from tests.unit.status.things.said import (
    LEAGUE,
    REGION,
    assigned,
    caught_up,
    closed,
    completed,
    dispatched,
    extended,
    filed,
    finding_refused,
    formed,
    found,
    handed_over,
    help_ended,
    launched,
    left,
    listed,
    named,
    paired,
    paused,
    progressed,
    raised,
    rated,
    recalled,
    regrouped,
    reopened,
    resumed,
    reviewed,
    taken,
    team_trained,
    withdrawn,
)
from tests.unit.status.things.telling import day, known

ITEM = (raised(2, 10), closed(8), reopened(12, 20), rated(14, 5), reviewed(15), reviewed(16))


@pytest.mark.parametrize(
    ("figure", "on", "expected"),
    [
        pytest.param("ledger.raised", 30, [(1, day(2), 1)], id="raised"),
        pytest.param("ledger.open", 5, [(1, day(2), 1)], id="open since it was raised"),
        pytest.param("ledger.open", 9, [], id="closed: not open"),
        pytest.param("ledger.open", 13, [(1, day(12), 3)], id="open since it was reopened"),
        pytest.param("ledger.closed", 9, [(1, day(8), 2)], id="closed"),
        pytest.param("ledger.closed", 13, [], id="reopened: not closed"),
        pytest.param("ledger.closed_in_time", 9, [(1, day(8), 2)], id="in time"),
        pytest.param("ledger.overdue", 20, [], id="not overdue on the last day"),
        pytest.param("ledger.overdue", 21, [(1, day(21), 3)], id="overdue by the new due date"),
        pytest.param("ledger.due_soon", 7, [(1, day(7), 1)], id="due soon by the first due date"),
        pytest.param("ledger.reopened", 30, [(1, day(12), 3)], id="reopened"),
        pytest.param("ledger.rated", 30, [(1, day(14), 4)], id="rated"),
        pytest.param("ledger.satisfied", 30, [(1, day(14), 4)], id="rated well"),
        pytest.param("ledger.reviewed", 30, [(1, day(15), 5)], id="reviewed, the first time"),
        pytest.param("ledger.by_source.finding.raised", 30, [(1, day(2), 1)], id="by source"),
        pytest.param("ledger.by_category.service.closed", 9, [(1, day(8), 2)], id="by category"),
        pytest.param("ledger.by_category.ecology.closed", 9, [], id="of another category"),
        pytest.param("ledger.raised", 1, [], id="not raised yet"),
    ],
)
def test_an_item(figure: str, on: int, expected: Added) -> None:
    assert of_thing(figure, "item", on, *ITEM) == expected


@pytest.mark.parametrize(
    ("events", "since", "number"),
    [
        pytest.param([raised(2, 10), extended(5, 20)], 21, 2, id="extended"),
        pytest.param([raised(2, 10), paused(5), resumed(8, 12)], 13, 3, id="resumed"),
        pytest.param([raised(2, 10)], 11, 1, id="as raised"),
    ],
)
def test_an_overdue_item_names_what_set_its_due_date(
    events: list[Event], since: int, number: int
) -> None:
    assert of_thing("ledger.overdue", "item", 30, *events) == [(1, day(since), number)]


def test_an_item_closed_reopened_and_closed_on_one_day_names_the_last_closing() -> None:
    life = (raised(2, 10), closed(8), reopened(8, 10), closed(8))

    assert of_thing("ledger.closed", "item", 9, *life) == [(1, day(8), 4)]


def test_each_reopening_counts_by_itself_even_on_one_day() -> None:
    life = (raised(2, 10), closed(8), reopened(9, 12), closed(9), reopened(9, 14))

    added = of_thing("ledger.reopened", "item", 9, *life)
    assert sorted(added) == [(1, day(9), 3), (1, day(9), 5)]


TEAM = (
    formed(3, "p-1", "p-2"), regrouped(5, "p-1", "p-2", "p-3"), team_trained(6), dispatched(7),
    listed(8, "p-20", "p-21"), caught_up(9, "p-21"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("figure", "on", "expected"),
    [
        ("supervision.teams", 30, [(1, day(3), 1)]),
        ("supervision.make_up", 30, []),
        ("supervision.people", 4, [(2, day(3), 1)]),
        ("supervision.people", 30, [(3, day(5), 2)]),
        ("supervision.trained", 30, [(1, day(6), 3)]),
        ("supervision.dispatched", 30, [(1, day(7), 4)]),
        ("supervision.officials_listed", 30, [(2, day(8), 5)]),
        ("supervision.officials_caught_up", 30, [(1, day(9), 6)]),
    ],
)
def test_a_team(figure: str, on: int, expected: Added) -> None:
    assert of_thing(figure, "team", on, *TEAM, unit=REGION) == expected


def test_a_station_names_each_team_that_is_there_and_the_first_that_came() -> None:
    events = (dispatched(3), dispatched(5, team="t-2"), recalled(7), dispatched(9, team="t-3"))

    there = of_thing("supervision.teams_in_place", "station", 30, *events, unit=LEAGUE)
    assert sorted(there) == [(1, day(5), 2), (1, day(9), 4)]
    supervised = of_thing("supervision.supervised", "station", 30, *events, unit=LEAGUE)
    assert supervised == [(1, day(3), 1)]


def test_instructors_of_one_day_are_told_apart() -> None:
    events = (assigned(3, "p-1"), assigned(3, "p-2"), assigned(4, "p-3"), withdrawn(5, "p-3"))

    added = of_thing("supervision.instructors", "instruction", 30, *events)
    assert sorted(added) == [(1, day(3), 1), (1, day(3), 2)]


@pytest.mark.parametrize(
    ("figure", "kind", "unit", "events", "expected"),
    [
        ("liaison.leaders", "leader", LEAGUE, [named(3, LEAGUE)], [(1, day(3), 1)]),
        ("liaison.points", "point", None, [taken(3), left(5), taken(7)], [(1, day(7), 3)]),
        ("liaison.points_taken", "point", LEAGUE, [taken(3)], [(1, day(3), 1)]),
        ("supervision.findings", "finding", None, [found(3), handed_over(5)], [(1, day(3), 1)]),
        ("supervision.for_rectification", "finding", None, [found(3)], [(1, day(3), 1)]),
        ("supervision.handed_over", "finding", None, [found(3), handed_over(5)], [(1, day(5), 2)]),
        ("supervision.refused", "finding", None, [found(3), finding_refused(5)], [(1, day(5), 2)]),
        ("programmes.village_help.launched", "programme", LEAGUE, [launched(3, 9)], [(1, day(3), 1)]),
        ("programmes.village_help.target", "programme", LEAGUE, [launched(3, 9)], [(9, day(3), 1)]),
        (
            "programmes.village_help.progress", "programme", LEAGUE,
            [launched(3, 9), progressed(4, "e-1", 5), progressed(6, "e-2", 7)],
            [(5, day(4), 2), (4, day(6), 3)],
        ),
        (
            "programmes.village_help.completed", "programme", LEAGUE,
            [launched(3, 9), completed(8)], [(1, day(8), 2)],
        ),
        ("help.pairings.household", "pairing", None, [paired(3, 4)], [(1, day(3), 1)]),
        ("help.households.household", "pairing", None, [paired(3, 4)], [(4, day(3), 1)]),
        ("help.households.household", "pairing", None, [paired(3, 4), help_ended(9)], []),
        ("supervision.duties.patrol_made", "duty", None, [said.DUTY], [(1, day(3), 1)]),
        ("liaison.visits", "visit", None, [said.VISIT], [(1, day(3), 1)]),
        ("publicity.pieces.wechat", "publicity", None, [said.PIECES], [(40, day(3), 1)]),
        ("publicity.lectures.listeners", "lecture", None, [said.LECTURES], [(900, day(3), 1)]),
        ("petitions.cases", "reception", None, [said.RECEPTION], [(12, day(3), 1)]),
        ("petitions.settled", "reception", None, [said.RECEPTION], []),
        ("help.batch_links", "batch_link", None, [said.LINK], [(1, day(3), 1)]),
        ("urged.item.notice", "urging", None, [said.STEP], [(1, day(3), 1)]),
    ],
)  # fmt: skip
def test_other_things(
    figure: str, kind: str, unit: str | None, events: list[Event], expected: Added
) -> None:
    added = of_thing(figure, kind, 10, *events, unit=unit or said.BANNER)

    assert added == expected


def test_a_filing_names_the_filing_of_the_document_and_the_one_that_completed_it() -> None:
    events = [filed(number, name) for number, name in enumerate(FILED_DOCUMENTS, 3)]

    second = of_thing(f"filed_plans.documents.{FILED_DOCUMENTS[1]}", "filing", 30, *events)
    assert second == [(1, day(4), 2)]
    assert of_thing("filed_plans.complete", "filing", 30, *events) == [(1, day(5), 3)]


def test_progress_that_was_taken_back_is_told_as_one_amount() -> None:
    events = (launched(3, 9), progressed(4, "e-1", 8), progressed(6, "e-2", -5))

    added = of_thing("programmes.village_help.progress", "programme", 30, *events, unit=LEAGUE)
    assert [n for n, _, _ in added] == [3]


def test_details_count_in_no_class() -> None:
    assert of_thing("petitions.cases", "reception", 30, said.RECEPTION, class_="banner") == []
    assert of_thing("ledger.raised", "item", 30, *ITEM, class_="banner") == [(1, day(2), 1)]


def test_a_thing_is_named_by_the_first_event_told_of_it() -> None:
    fact = known("item", *ITEM)

    assert founding(fact) == min(pieces_of(fact), key=lambda piece: piece.version).event


@pytest.mark.parametrize("kind", KINDS)
def test_a_thing_never_heard_of_has_no_pieces(kind: str) -> None:
    assert list(pieces_of(KINDS[kind]())) == []
