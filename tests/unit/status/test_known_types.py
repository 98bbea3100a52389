"""The types of events that are read to know what was known: all that teach anything, no others."""

from hypothesis import given, settings

from services.status.knowing.types import ELSEWHERE, PASSAGES, TEACHING
from services.status.learning import CONTRACTS, concerns_campaign, concerns_unit, is_passage, opened
from services.status.things.kinds import ACROSS_LEAGUES, things_of
from shared.contracts.supervision import TeamFormed
from tests.unit.status.histories import World, histories
from tests.unit.status.thing_steps import THING_STEPS


@settings(max_examples=40, deadline=None)
@given(histories(more=THING_STEPS))
def test_whatever_happens_is_read_as_far_as_it_teaches(world: World) -> None:
    for envelope in world.told.envelopes:
        event = opened(envelope)
        kinds = {kind for kind, _ in things_of(event)}
        teaches = concerns_unit(event) or concerns_campaign(event) or bool(kinds)
        assert (envelope.type in TEACHING) == teaches
        roams = bool(kinds & ACROSS_LEAGUES) and not isinstance(event, TeamFormed)
        assert (envelope.type in ELSEWHERE) == roams
        assert (envelope.type in PASSAGES) == is_passage(event)


def test_only_what_may_be_told_away_from_home_is_read_in_other_leagues() -> None:
    assert set(ELSEWHERE) == {
        "campaign.rectification.ProgrammeProgressed.v1",
        "campaign.supervision.LiaisonLeaderNamed.v1",
        "campaign.supervision.TeamDispatched.v1",
        "campaign.supervision.TeamRecalled.v1",
    }


def test_every_version_of_a_type_is_read() -> None:
    versions = [
        f"campaign.{contract.service}.{name}.v{number}"
        for contract in CONTRACTS
        for name, (version, _) in contract.events.items()
        for number in range(1, version + 1)
    ]
    names = {each.rpartition(".v")[0] for each in TEACHING}

    assert set(TEACHING) == {each for each in versions if each.rpartition(".v")[0] in names}


def test_what_changes_no_figure_is_not_read() -> None:
    untaught = (
        "rectification.ProgressReported",
        "rectification.ClosureRequested",
        "schedule.GatesSet",
    )

    assert not {f"campaign.{name}.v1" for name in untaught} & set(TEACHING)
