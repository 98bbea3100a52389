"""Learning more: of things known already, what the histories of other leagues tell of them."""

from collections.abc import AsyncIterator, Sequence

import msgspec

from services.status.knowing.learnt import Elsewhere, learnt
from services.status.knowing.recalling import Recalling
from services.status.knowing.types import ELSEWHERE
from services.status.rebuilding.recollecting import Known, Recollection
from services.status.things.teams import Team
from shared.contracts import supervision
from shared.kernel.envelope import Envelope
from tests.unit.status.histories import World, day
from tests.unit.status.told import CAMPAIGN

LEAGUES = ("1501", "1502")


def world() -> World:
    """Each league forms a team and sends it to the other."""
    found = World()
    found.register("15", None, "region", 0)
    for league in LEAGUES:
        found.register(league, "15", "city", 0)
    for home, station in (LEAGUES, LEAGUES[::-1]):
        team = {"campaign": CAMPAIGN, "team": f"t-{home}", "formed_by": home}
        formed = supervision.TeamFormed(
            **team, name="督导组", purpose="station", first_leader="p-1", leader="p-1",
            members=("p-1", "p-2"), formed_on=day(1),
        )  # fmt: skip
        sent = supervision.TeamDispatched(**team, unit=station, patrols=(), dispatched_on=day(2))
        found.told.tell(formed, home, f"15.{home}", stream=f"team/t-{home}")
        found.told.tell(sent, station, f"15.{station}", stream=f"team/t-{home}")
    return found


async def batches(told: Sequence[Envelope]) -> AsyncIterator[bytes]:
    yield msgspec.json.encode(told)


async def parts(told: Sequence[Envelope], league: str) -> AsyncIterator[object]:
    """The histories of the region and one league; of the other, what it tells of teams."""
    yield batches([e for e in told if e.league in {"15", league}])
    others = [e for e in told if e.league not in {"15", league}]
    yield Elsewhere(batches([e for e in others if e.type in ELSEWHERE]))


async def known(league: str) -> dict[str, object]:
    """The teams and stations that are known at last."""
    found: list[Known] = [
        part
        async for part in learnt(Recollection(), parts(world().told.envelopes, league))  # type: ignore[arg-type]
    ]
    return {id_: thing for part in found for (_, kind, id_), thing in part.things.items()}


async def test_of_a_team_known_here_it_is_learnt_where_it_went() -> None:
    team = (await known("1501"))["t-1501"]

    assert isinstance(team, Team)
    assert team.formation is not None
    assert [posting.on for posting in team.postings] == [day(2)]


async def test_of_what_is_known_only_there_nothing_is_learnt() -> None:
    things = await known("1501")

    # The other league's team is known by its station here; its own league's station is not.
    assert set(things) == {"t-1501", "t-1502", "1501"}
    assert isinstance(things["t-1502"], Team)
    assert things["t-1502"].formation is None


async def test_a_league_shows_its_team_as_sent_and_the_other_as_in_place() -> None:
    rows = await Recalling(CAMPAIGN, "1501").fold(parts(world().told.envelopes, "1501"))  # type: ignore[arg-type]
    spans = (await rows.own(CAMPAIGN, ["1501"]))["1501"]

    assert {(metric, start) for metric, start, _, _ in spans} == {
        ("teams:station", day(1)), ("team_people", day(1)), ("teams_dispatched", day(2)),
        ("teams_in_place", day(2)), ("supervised", day(2)),
    }  # fmt: skip
