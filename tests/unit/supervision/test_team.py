"""The life of a team: formed and led by rule, trained, stationed one level down, recalled."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.supervision.domain.team import (
    TEAM,
    CatchUp,
    ChangeMembers,
    ChangePatrols,
    Command,
    Dispatch,
    Form,
    ListOfficials,
    Recall,
    Team,
    Train,
)
from services.supervision.domain.team_rules import (
    BeforePrevious,
    FirstLeaderMissing,
    FirstLeaderRank,
    FormsNoTeams,
    LeaderMissing,
    LeaderNotMember,
    MakeUpTeamStays,
    NotDirectSubordinate,
    NotMakeUpTeam,
    OfficialDone,
    OfficialNotListed,
    PatrolOutsideStation,
    People,
    Standing,
    StationNotArea,
    TeamFormedOtherwise,
    TeamNotStationed,
    TeamStationed,
    TeamUntrained,
    TrainingRecordedOtherwise,
    UnknownTeam,
)
from shared.contracts.supervision import (
    OfficialCaughtUp,
    OfficialsListed,
    PatrolsChanged,
    TeamDispatched,
    TeamFormed,
    TeamMembersChanged,
    TeamRecalled,
    TeamTrained,
)
from shared.kernel.refusals import DateInFuture, Refusal
from shared.kernel.setting import (
    BeforeCampaign,
    BeforeRegistration,
    ExplanationMissing,
    UnitAtHand,
)
from tests.support.given import given
from tests.unit.supervision.occasions import (
    CITY,
    DEPARTMENT,
    DISTRICT,
    OTHER_CITY,
    OTHER_DISTRICT,
    OTHER_TOWN,
    REGION,
    TODAY,
    TOWN,
    VILLAGE,
    C,
    at,
    day,
    unit,
)

T = "st-1502-01"
LEADER = "p-1502-0101"
MEMBERS = (LEADER, "p-1502-0102")
REGIONAL = Standing("省级副职", "自治区政府副主席")


def formed(
    where: UnitAtHand = CITY,
    first_leader: str = "",
    leader: str = LEADER,
    members: tuple[str, ...] = MEMBERS,
    purpose: str = "station",
    on: date | None = None,
) -> TeamFormed:
    return TeamFormed(
        campaign=C, team=T, name="第一督导组", formed_by=where.code, purpose=purpose,
        first_leader=first_leader, leader=leader, members=members, formed_on=on or day(1, 27),
    )  # fmt: skip


def form(event: TeamFormed, where: UnitAtHand = CITY, standing: Standing | None = None) -> Form:
    people = People(event.first_leader, event.leader, event.members, standing)
    return Form(at(where), event, people)


def train(training: str = "tt-1", on: date | None = None) -> Train:
    return Train(at(CITY), T, training, on or day(2, 8))


def trained(training: str = "tt-1", on: date | None = None) -> TeamTrained:
    return TeamTrained(
        campaign=C, team=T, formed_by="1502", training=training, trained_on=on or day(2, 8)
    )


def dispatch(
    where: UnitAtHand = DISTRICT, patrols: Sequence[UnitAtHand] = (), on: date | None = None
) -> Dispatch:
    return Dispatch(at(where), T, patrols, on or day(2, 11))


def dispatched(
    where: UnitAtHand = DISTRICT, patrols: tuple[str, ...] = (), on: date | None = None
) -> TeamDispatched:
    return TeamDispatched(
        campaign=C, team=T, formed_by="1502", unit=where.code, patrols=patrols,
        dispatched_on=on or day(2, 11),
    )  # fmt: skip


def recall(on: date, reason: str = "任务完成", where: UnitAtHand = DISTRICT) -> Recall:
    return Recall(at(where), T, reason, on)


def recalled(on: date, where: UnitAtHand = DISTRICT) -> TeamRecalled:
    return TeamRecalled(
        campaign=C, team=T, formed_by="1502", unit=where.code, reason="任务完成", recalled_on=on
    )


READY = (formed(), trained())
STATIONED = (*READY, dispatched())


@pytest.mark.parametrize("where", [CITY, DISTRICT])
def test_leagues_and_banners_form_teams_with_a_leader(where: UnitAtHand) -> None:
    given(TEAM).when(form(formed(where), where)).then(formed(where))


def test_a_first_leader_does_instead_of_a_leader_below_the_region() -> None:
    event = formed(first_leader=LEADER, leader="")
    given(TEAM).when(form(event)).then(event)


@pytest.mark.parametrize("where", [TOWN, VILLAGE, DEPARTMENT])
def test_townships_villages_and_organisations_form_no_teams(where: UnitAtHand) -> None:
    given(TEAM).when(form(formed(where), where)).then(FormsNoTeams)


@pytest.mark.parametrize(
    "standing", [REGIONAL, Standing("", "自治区党委常委"), Standing("省级正职", "")]
)
def test_the_regions_team_is_led_by_a_regional_leader(standing: Standing) -> None:
    event = formed(REGION, first_leader=LEADER, leader="p-1502-0102")
    given(TEAM).when(form(event, REGION, standing)).then(event)


@pytest.mark.parametrize("standing", [None, Standing("厅级正职", "活动办公室主任")])
def test_nobody_else_leads_the_regions_team(standing: Standing | None) -> None:
    event = formed(REGION, first_leader=LEADER, leader="")
    given(TEAM).when(form(event, REGION, standing)).then(FirstLeaderRank)


def test_the_regions_team_needs_a_first_leader_but_a_make_up_team_a_leader_only() -> None:
    given(TEAM).when(form(formed(REGION), REGION)).then(FirstLeaderMissing)
    make_up = formed(REGION, purpose="make_up")
    given(TEAM).when(form(make_up, REGION)).then(make_up)


def test_a_team_is_led_by_one_of_its_members() -> None:
    given(TEAM).when(form(formed(leader=""))).then(LeaderMissing)
    given(TEAM).when(form(formed(members=("p-77",)))).then(LeaderNotMember)
    given(TEAM).when(form(formed(first_leader="p-77"))).then(LeaderNotMember)


@pytest.mark.parametrize(
    ("on", "refusal"),
    [(TODAY + timedelta(days=1), DateInFuture), (date(2013, 10, 31), BeforeCampaign)],
)
def test_a_team_is_formed_on_a_day_of_the_campaign(on: date, refusal: type[Refusal]) -> None:
    given(TEAM).when(form(formed(on=on))).then(refusal)


def test_a_unit_forms_no_team_before_it_exists() -> None:
    young = unit("15.1504", since=day(2, 1))
    given(TEAM).when(form(formed(young), young)).then(BeforeRegistration)


def test_the_same_team_formed_again_changes_nothing_another_one_is_refused() -> None:
    given(TEAM, *STATIONED).when(form(formed())).then()
    given(TEAM, formed()).when(form(formed(members=(LEADER,)))).then(TeamFormedOtherwise)


COMMANDS: list[Command] = [
    train(), dispatch(), recall(day(3, 1)), ChangePatrols(at(DISTRICT), T, (), day(3, 1)),
    ListOfficials(at(CITY), T, ("p-9",), day(3, 1)), CatchUp(at(CITY), T, "p-9", day(3, 1)),
    ChangeMembers(at(CITY), T, People("", LEADER, MEMBERS), "调动", day(3, 1)),
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: type(command).__name__)
def test_nothing_happens_to_a_team_that_was_not_formed(command: Command) -> None:
    given(TEAM).when(command).then(UnknownTeam)


def test_a_training_is_told_once_by_its_id() -> None:
    given(TEAM, formed()).when(train()).then(trained())
    given(TEAM, *READY).when(train()).then()
    given(TEAM, *READY).when(train(on=day(2, 9))).then(TrainingRecordedOtherwise)
    given(TEAM, *READY).when(train("tt-2", day(2, 9))).then(trained("tt-2", day(2, 9)))


def test_a_team_is_not_trained_before_it_is_formed_nor_tomorrow() -> None:
    given(TEAM, formed()).when(train(on=day(1, 26))).then(BeforePrevious)
    given(TEAM, formed()).when(train(on=TODAY + timedelta(days=1))).then(DateInFuture)


def test_a_trained_team_is_stationed_one_level_down_and_patrols_two() -> None:
    command = dispatch(patrols=(TOWN, OTHER_TOWN))
    given(TEAM, *READY).when(command).then(dispatched(patrols=(TOWN.code, OTHER_TOWN.code)))


@pytest.mark.parametrize(
    ("where", "refusal"),
    [
        (CITY, NotDirectSubordinate),
        (REGION, NotDirectSubordinate),
        (TOWN, NotDirectSubordinate),
        (OTHER_CITY, NotDirectSubordinate),
        (unit("15.1503.150302"), NotDirectSubordinate),
        (DEPARTMENT, StationNotArea),
    ],
)
def test_a_team_is_stationed_nowhere_else(where: UnitAtHand, refusal: type[Refusal]) -> None:
    given(TEAM, *READY).when(dispatch(where)).then(refusal)


@pytest.mark.parametrize(
    "patrol", [DISTRICT, OTHER_DISTRICT, VILLAGE, CITY, unit("15.1502.150202.150202-W1")]
)
def test_a_patrol_leads_only_to_areas_directly_below_the_station(patrol: UnitAtHand) -> None:
    given(TEAM, *READY).when(dispatch(patrols=(TOWN, patrol))).then(PatrolOutsideStation)


def test_no_team_is_dispatched_untrained() -> None:
    given(TEAM, formed()).when(dispatch()).then(TeamUntrained)
    given(TEAM, *READY).when(dispatch(on=day(2, 7))).then(TeamUntrained)
    given(TEAM, *READY).when(dispatch(on=day(2, 8))).then(dispatched(on=day(2, 8)))


def test_no_team_is_sent_twice() -> None:
    given(TEAM, *STATIONED).when(dispatch()).then()
    given(TEAM, *STATIONED).when(dispatch(on=day(2, 12))).then(TeamStationed)
    given(TEAM, *STATIONED).when(dispatch(OTHER_DISTRICT)).then(TeamStationed)


def test_a_make_up_team_is_sent_nowhere() -> None:
    given(TEAM, formed(purpose="make_up"), trained()).when(dispatch()).then(MakeUpTeamStays)


def test_a_team_is_not_dispatched_before_it_was_formed() -> None:
    given(TEAM, *READY).when(dispatch(on=day(1, 20))).then(BeforePrevious)


def test_a_recalled_team_may_be_sent_elsewhere_but_not_before_it_left() -> None:
    home = (*STATIONED, recalled(day(3, 1)))
    given(TEAM, *STATIONED).when(recall(day(3, 1))).then(recalled(day(3, 1)))
    given(TEAM, *home).when(dispatch(OTHER_DISTRICT, on=day(3, 2))).then(
        dispatched(OTHER_DISTRICT, on=day(3, 2))
    )
    given(TEAM, *home).when(dispatch(OTHER_DISTRICT, on=day(2, 28))).then(BeforePrevious)


def test_a_dispatch_or_recall_told_again_later_changes_nothing() -> None:
    home = (*STATIONED, recalled(day(3, 1)))
    again = (*home, dispatched(OTHER_DISTRICT, on=day(3, 2)))
    for life in (home, again):
        given(TEAM, *life).when(dispatch()).then()
        given(TEAM, *life).when(recall(day(3, 1))).then()


def test_only_a_stationed_team_is_recalled_with_a_reason_after_it_came() -> None:
    given(TEAM, *READY).when(recall(day(3, 1))).then(TeamNotStationed)
    given(TEAM, *STATIONED).when(recall(day(3, 1), " ")).then(ExplanationMissing)
    given(TEAM, *STATIONED).when(recall(day(2, 10))).then(BeforePrevious)
    given(TEAM, *STATIONED).when(recall(TODAY + timedelta(days=1))).then(DateInFuture)


def test_patrols_are_changed_while_it_is_stationed() -> None:
    change = ChangePatrols(at(DISTRICT), T, (TOWN,), day(2, 20))
    changed = PatrolsChanged(
        campaign=C, team=T, unit="150202", patrols=(TOWN.code,), changed_on=day(2, 20)
    )
    given(TEAM, *STATIONED).when(change).then(changed)
    given(TEAM, *STATIONED, changed).when(
        ChangePatrols(at(DISTRICT), T, (TOWN,), day(2, 21))
    ).then()
    given(TEAM, *READY).when(change).then(TeamNotStationed)
    given(TEAM, *STATIONED).when(
        ChangePatrols(at(DISTRICT), T, (OTHER_DISTRICT,), day(2, 20))
    ).then(PatrolOutsideStation)


def test_members_change_under_the_same_rules() -> None:
    people = People("", LEADER, (LEADER, "p-1502-0109"))
    change = ChangeMembers(at(CITY), T, people, "工作调动", day(2, 20))
    changed = TeamMembersChanged(
        campaign=C, team=T, formed_by="1502", first_leader="", leader=LEADER,
        members=people.members, reason="工作调动", changed_on=day(2, 20),
    )  # fmt: skip
    without = ChangeMembers(at(CITY), T, People("", "", ("p-7",)), "调动", day(2, 20))
    early = ChangeMembers(at(CITY), T, people, "工作调动", day(1, 2))
    silent = ChangeMembers(at(CITY), T, people, "", day(2, 20))

    given(TEAM, *STATIONED).when(change).then(changed)
    given(TEAM, *STATIONED, changed).when(change).then()
    given(TEAM, *STATIONED).when(without).then(LeaderMissing)
    given(TEAM, *STATIONED).when(early).then(BeforePrevious)
    given(TEAM, *STATIONED).when(silent).then(ExplanationMissing)


def listed(*officials: str) -> OfficialsListed:
    return OfficialsListed(
        campaign=C, team=T, formed_by="1502", officials=officials, listed_on=day(2, 10)
    )


def caught_up(official: str) -> OfficialCaughtUp:
    return OfficialCaughtUp(
        campaign=C, team=T, formed_by="1502", official=official, caught_up_on=day(2, 24)
    )


MAKE_UP = formed(purpose="make_up")


def test_a_make_up_team_lists_officials_who_catch_up_once() -> None:
    listing = ListOfficials(at(CITY), T, ("p-8", "p-9"), day(2, 10))
    catching = CatchUp(at(CITY), T, "p-8", day(2, 24))
    life = (MAKE_UP, listed("p-8", "p-9"))

    given(TEAM, MAKE_UP).when(listing).then(listed("p-8", "p-9"))
    given(TEAM, *life).when(listing).then()
    given(TEAM, *life).when(catching).then(caught_up("p-8"))
    given(TEAM, *life, caught_up("p-8")).when(catching).then()


def test_only_who_is_listed_catches_up_and_stays_on_the_list() -> None:
    life = (MAKE_UP, listed("p-8", "p-9"), caught_up("p-8"))
    given(TEAM, *life).when(CatchUp(at(CITY), T, "p-7", day(2, 24))).then(OfficialNotListed)
    given(TEAM, *life).when(CatchUp(at(CITY), T, "p-8", day(2, 25))).then(OfficialDone)
    given(TEAM, *life).when(ListOfficials(at(CITY), T, ("p-9",), day(3, 1))).then(OfficialDone)


def test_other_teams_have_no_officials() -> None:
    given(TEAM, *READY).when(ListOfficials(at(CITY), T, (), day(2, 10))).then(NotMakeUpTeam)
    given(TEAM, *READY).when(ListOfficials(at(CITY), T, ("p-8",), day(2, 10))).then(NotMakeUpTeam)
    given(TEAM, *READY).when(CatchUp(at(CITY), T, "p-8", day(2, 10))).then(NotMakeUpTeam)


@for_all(st.lists(st.integers(0, 5), max_size=12))
def test_however_it_is_commanded_a_team_is_never_at_two_places_nor_out_untrained(
    numbers: list[int],
) -> None:
    commands: list[Command] = [
        form(formed()), train(), dispatch(), dispatch(OTHER_DISTRICT, on=day(3, 2)),
        recall(day(3, 1)), recall(day(3, 3), where=OTHER_DISTRICT),
    ]  # fmt: skip
    state = TEAM.initial
    out = 0
    for number in numbers:
        try:
            events = TEAM.decide(commands[number], state)
        except Refusal:
            continue
        for event in events:
            out += isinstance(event, TeamDispatched) - isinstance(event, TeamRecalled)
        state = TEAM.fold(events, state)
        assert TEAM.decide(commands[number], state) == []
        assert out in {0, 1}
        assert not out or (isinstance(state, Team) and state.trained_on is not None)
