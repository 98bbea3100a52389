"""Reading histories up to a position: whole leagues first, and nothing goes on once it is enough."""

from contextlib import aclosing

import msgspec
import pytest

from services.status.knowing import reading
from services.status.knowing.learnt import Elsewhere
from services.status.knowing.positions import position_now
from services.status.knowing.reading import parts
from services.status.knowing.types import ELSEWHERE, TEACHING
from services.status.projections import StatusProjection
from shared.kernel.envelope import Envelope
from shared.platform.consuming import Applier
from shared.platform.postgres import Pool
from tests.integration.status.everything import everything
from tests.integration.status.tables import Feed, records
from tests.unit.status.told import CAMPAIGN

read = msgspec.json.Decoder(list[Envelope]).decode


@pytest.fixture
async def told(pool: Pool) -> list[Envelope]:
    envelopes = everything().told.envelopes
    await Applier(pool, StatusProjection(), Feed(envelopes)).apply(records(envelopes))
    return envelopes


@pytest.mark.parametrize("at_once", [1, 7, 2_000])
@pytest.mark.parametrize("scope", [None, frozenset({"15", "1502"})])
async def test_a_part_is_a_league_and_the_last_what_others_tell_of_things(
    pool: Pool,
    told: list[Envelope],
    scope: frozenset[str] | None,
    at_once: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "AT_ONCE", at_once)
    leagues, elsewhere = list[set[str]](), set[str]()
    seen: set[str] = set()
    async with aclosing(parts(pool, CAMPAIGN, await position_now(pool, "status"), scope)) as found:
        async for part in found:
            events = [event async for array in part for event in read(array)]
            if isinstance(part, Elsewhere):
                elsewhere = {event.id for event in events}
            else:
                leagues.append({event.league for event in events})
                seen |= {event.id for event in events}

    whole = [e for e in told if scope is None or e.league in scope]
    others = [e for e in told if e not in whole]
    assert all(len(league) == 1 for league in leagues)
    assert seen == {e.id for e in whole if e.type in TEACHING}
    assert elsewhere == {e.id for e in others if e.type in ELSEWHERE}


@pytest.mark.usefixtures("told")
async def test_what_was_under_way_ends_with_the_reader(pool: Pool) -> None:
    async with aclosing(parts(pool, CAMPAIGN, await position_now(pool, "status"), None)) as found:
        await anext(found)

    assert pool.get_idle_size() == pool.get_size()


async def test_nothing_recorded_is_nothing_to_read(pool: Pool) -> None:
    async with aclosing(parts(pool, CAMPAIGN, {}, frozenset({"15"}))) as found:
        assert [part async for part in found] == []
