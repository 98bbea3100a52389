"""The campaign directory: what services know of campaigns that do not own them."""

import itertools
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import pytest

from shared.contracts.schedule import (
    CampaignOpened,
    GatesSet,
    PreparationCompleted,
    Window,
    WindowsChanged,
)
from shared.kernel.events import Event
from shared.kernel.setting import UnknownCampaign
from shared.platform.campaigns import DirectoriesProjection, KnownCampaign, known_campaigns
from shared.platform.postgres import Pool, migrate, migrations_in, open_pool
from shared.platform.units_at_hand import paths_of, unit_at_hand, units_at_hand
from tests.support.desk import enveloped, registered, tell

C = "nmg-2014"
FIRST = (Window((2, 3), ("area",), date(2014, 1, 24), date(2014, 2, 20)),)
LATER = (Window((2, 3), ("area",), date(2014, 1, 24), date(2014, 2, 28)),)
OPENED = CampaignOpened(
    campaign=C, name_zh="第二批", name_en="Batch two", root="15", starts_on=date(2013, 11, 1),
    ends_on=date(2014, 10, 31), mobilization_from=date(2014, 1, 20), windows=FIRST,
)  # fmt: skip
CHANGED = WindowsChanged(
    campaign=C, windows=LATER, reason="顺延", changed_at=datetime(2014, 2, 1, tzinfo=UTC)
)
BACK = WindowsChanged(
    campaign=C, windows=FIRST, reason="恢复", changed_at=datetime(2014, 2, 2, tzinfo=UTC)
)
GATES = GatesSet(
    campaign=C, area="15", applies_to_level=3, category="implementation", gates=(),
    set_at=datetime(2014, 2, 1, tzinfo=UTC),
)  # fmt: skip
PREPARED = PreparationCompleted(campaign=C, unit="1502", prepared_on=date(2013, 12, 1))

_numbers = itertools.count(1)


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    schema = f"directories_{next(_numbers)}"
    wanted = migrations_in("shared.platform.sql", "directory.sql", "campaigns.sql")
    await migrate(database_url, schema, wanted)
    opened = await open_pool(database_url, schema, size=2)
    yield opened
    await opened.close()


async def told(pool: Pool, *events: tuple[int, Event]) -> None:
    stream = f"campaign/{C}"
    await tell(pool, [enveloped("schedule", C, "15", stream, e, version) for version, e in events])


async def windows(pool: Pool) -> tuple[Window, ...]:
    return (await known_campaigns(pool).campaign(C)).windows


async def test_a_campaign_is_known_as_it_was_opened(pool: Pool) -> None:
    await told(pool, (1, OPENED))
    known, version = await known_campaigns(pool).versioned(C)

    assert version == 1
    assert known == KnownCampaign(
        C, "第二批", "Batch two", "15", date(2013, 11, 1), date(2014, 10, 31),
        date(2014, 1, 20), FIRST,
    )  # fmt: skip


async def test_windows_follow_in_one_batch_or_in_two(pool: Pool) -> None:
    await told(pool, (1, OPENED), (2, CHANGED))
    assert await windows(pool) == LATER

    await told(pool, (3, BACK))
    assert await windows(pool) == FIRST


async def test_what_is_told_again_changes_nothing(pool: Pool) -> None:
    await told(pool, (1, OPENED), (2, CHANGED))
    await told(pool, (1, OPENED))
    await told(pool, (1, OPENED), (2, CHANGED))

    assert await windows(pool) == LATER
    assert (await known_campaigns(pool).versioned(C))[1] == 2


async def test_what_is_no_matter_of_the_directory_is_passed_over(pool: Pool) -> None:
    await told(pool, (1, OPENED), (2, GATES), (3, PREPARED))

    assert (await known_campaigns(pool).versioned(C))[1] == 1


async def test_an_unknown_campaign_is_refused_until_it_is_opened(pool: Pool) -> None:
    reader = known_campaigns(pool)
    with pytest.raises(UnknownCampaign):
        await reader.campaign(C)
    await told(pool, (1, OPENED))

    assert (await reader.campaign(C)).root == "15"


async def test_a_reader_remembers_for_a_moment_and_forgets_when_told_to(pool: Pool) -> None:
    await told(pool, (1, OPENED))
    reader = known_campaigns(pool)
    await reader.campaign(C)
    await told(pool, (2, CHANGED))
    remembered = await reader.campaign(C)
    reader.forget(C)

    assert remembered.windows == FIRST
    assert (await reader.campaign(C)).windows == LATER


async def test_units_and_campaigns_come_in_one_batch(pool: Pool) -> None:
    await tell(
        pool,
        [
            registered(C, "15", 1, "region"),
            enveloped("schedule", C, "15", f"campaign/{C}", OPENED, 1),
            registered(C, "15.1502", 2, "city"),
        ],
    )
    found = await units_at_hand(pool, C, ["15", "1502", "1599"])

    assert set(found) == {"15", "1502"}
    assert await unit_at_hand(pool, C, "1502") == found["1502"]
    assert (found["1502"].path, found["1502"].level) == ("15.1502", 2)
    assert sorted(await paths_of(pool, C, ["15", "1502", "x"])) == ["15", "15.1502"]
    assert (await known_campaigns(pool).campaign(C)).campaign == C
    assert DirectoriesProjection.name == "directories"
