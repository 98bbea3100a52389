"""An audit finds whatever was altered, lost or doubled, wherever, and nothing where nothing was."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import msgspec
import pytest

from services.status.auditing.audit import Audit, Audited
from services.status.projections import StatusProjection
from services.status.rebuilding.sources import FromTopics, Portion, Wanted
from shared.kernel.chain import digest_of_envelope
from shared.kernel.envelope import GENESIS, Envelope, chain_hash
from shared.platform.consuming import Applier, HistoryKey
from shared.platform.kafka import KafkaAddress
from shared.platform.postgres import Pool
from tests.integration.status.tables import Feed, records
from tests.integration.status.test_rebuilding import moved

KEY = ("schedule", "1502")


def chained(envelopes: Sequence[Envelope]) -> list[Envelope]:
    """The same, each with the hash that its history has come to."""
    heads: dict[HistoryKey, bytes] = {}
    found: list[Envelope] = []
    for e in envelopes:
        key = (e.service, e.league)
        digest = digest_of_envelope(e)
        heads[key] = chain_hash(heads.get(key, GENESIS), e.version, e.recordedat, digest)
        found.append(msgspec.structs.replace(e, hash=heads[key].hex()))
    return found


@dataclass
class Place:
    """Stores, topics and views that hold the same, until somebody changes one of them."""

    pool: Pool
    stored: list[Envelope]
    topic: list[bytes] = field(default_factory=list)
    ends_of: dict[HistoryKey, tuple[int, str]] = field(default_factory=dict)

    async def ends(self, service: str) -> dict[str, tuple[int, str]]:
        return {league: end for (of, league), end in self.ends_of.items() if of == service}

    async def events(self, service: str, league: str, after: int, up_to: int) -> list[Envelope]:
        return await Feed(self.stored)(service, league, after, up_to)

    @property
    def name(self) -> str:
        return "topics"

    async def portions(self, wanted: Wanted) -> AsyncIterator[Portion]:
        yield Portion(frozenset(league for _, league in wanted), self._batches())

    async def _batches(self) -> AsyncIterator[Sequence[bytes]]:
        yield self.topic

    async def audit(self, league: str = "") -> Audited:
        audit = Audit(self.pool, "status", self, self, patience_seconds=0)
        return await audit.run(league)

    async def codes(self, league: str = "") -> list[tuple[str, str]]:
        return [(f.code, f.versions) for f in (await self.audit(league)).findings]

    def find(self, version: int) -> int:
        """Where the event of that version of KEY stands."""
        return next(
            number
            for number, e in enumerate(self.stored)
            if (e.service, e.league, e.version) == (*KEY, version)
        )


@pytest.fixture
async def place(pool: Pool) -> Place:
    stored = chained(moved().told.envelopes)
    await Applier(pool, StatusProjection(), Feed(stored)).apply(records(stored))
    place = Place(pool, stored, [msgspec.json.encode(e) for e in stored])
    place.ends_of = {(e.service, e.league): (e.version, e.hash) for e in stored}
    return place


async def test_where_all_say_the_same_nothing_is_found(place: Place) -> None:
    found = await place.audit()

    assert found.findings == []
    assert (found.events, found.records) == (len(place.stored), len(place.stored))
    assert found.rollups.digest == found.rollups.live_digest
    assert found.rollups.lines > 0
    assert found.heads["schedule/1502"] == ":".join(map(str, place.ends_of[KEY]))


async def test_of_one_league_only_that_is_looked_at(place: Place) -> None:
    place.topic = [value for value in place.topic if b'"league":"1502"' in value]

    found = await place.audit("1502")

    assert found.findings == []
    assert {name.partition("/")[2] for name in found.heads} == {"1502"}
    assert ("topic-behind-store", "1-2") in await place.codes()


def altered(place: Place) -> None:
    number = place.find(2)
    place.stored[number] = msgspec.structs.replace(place.stored[number], actor="p-15-9999")


def postdated(place: Place) -> None:
    number = place.find(2)
    later = place.stored[number].recordedat + timedelta(microseconds=1)
    place.stored[number] = msgspec.structs.replace(place.stored[number], recordedat=later)


@pytest.mark.parametrize("change", [altered, postdated])
async def test_a_stored_event_that_was_changed_breaks_the_chain_there(
    place: Place, change: Callable[[Place], None]
) -> None:
    change(place)

    assert await place.codes() == [
        ("chain-broken", "2"),
        ("topic-conflict", "2"),
        ("view-history-differs", "2"),
    ]


async def test_a_stored_event_that_was_removed_breaks_the_chain_there(place: Place) -> None:
    del place.stored[place.find(2)]

    assert ("chain-broken", "2") in await place.codes()


async def test_a_history_cut_short_is_less_than_its_head_says(place: Place) -> None:
    version, _ = place.ends_of[KEY]
    del place.stored[place.find(version)]

    assert ("history-short", str(version)) in await place.codes()


async def test_a_history_rewritten_as_a_whole_does_not_give_its_head(place: Place) -> None:
    altered(place)
    place.stored = chained(place.stored)

    assert ("head-differs", "") in await place.codes()


async def test_a_topic_lacks_events_in_between_or_at_its_end(place: Place) -> None:
    version, _ = place.ends_of[KEY]
    for gone in (version, 1):
        del place.topic[place.find(gone)]

    assert await place.codes() == [("topic-gap", "1"), ("topic-behind-store", str(version))]


async def test_what_a_topic_says_twice_is_counted_and_harmless(place: Place) -> None:
    place.topic += place.topic[:5]

    found = await place.audit()

    assert (found.findings, found.duplicates) == ([], 5)


async def test_one_version_with_two_contents_is_a_conflict(place: Place) -> None:
    altered(place)
    place.topic.append(msgspec.json.encode(place.stored[place.find(2)]))
    place.stored = chained(moved().told.envelopes)

    assert await place.codes() == [("topic-conflict", "2")]


async def test_a_topic_and_views_that_know_more_than_the_store_are_told(place: Place) -> None:
    version, _ = place.ends_of[KEY]
    place.stored.pop(place.find(version))
    place.ends_of[KEY] = (version - 1, place.stored[place.find(version - 1)].hash)

    assert await place.codes() == [
        ("topic-beyond-store", str(version)),
        ("view-beyond-store", str(version)),
    ]


async def test_records_that_are_no_events_are_told(place: Place) -> None:
    place.topic += [b"?", b"{}"]

    assert await place.codes() == [("topic-foreign", "2")]


async def test_views_that_are_behind_are_told(place: Place) -> None:
    await place.pool.execute(
        "update checkpoints set version = version - 1 where (service, league) = ($1, $2)", *KEY
    )
    version, _ = place.ends_of[KEY]

    assert await place.codes() == [("view-behind-store", str(version))]


async def test_the_history_beside_the_views_is_compared_byte_by_byte(place: Place) -> None:
    await place.pool.execute(
        "update history set value = value || ' ' where (service, league, version) = ($1, $2, 1)",
        *KEY,
    )
    await place.pool.execute(
        "delete from history where (service, league, version) = ($1, $2, 2)", *KEY
    )

    assert await place.codes() == [("view-history-differs", "1"), ("view-history-gap", "2")]


async def test_parked_events_are_missing_for_a_reason(place: Place) -> None:
    await place.pool.execute(
        "delete from history where (service, league, version) = ($1, $2, 2)", *KEY
    )
    await place.pool.execute(
        "insert into parked (projection, service, league, version, unit, place, value, cause)"
        " values ('status', $1, $2, 2, 'u', 'p', '', 'c')",
        *KEY,
    )

    assert await place.codes() == [("event-parked", "2")]


async def test_roll_ups_that_differ_from_their_facts_are_told(place: Place) -> None:
    await place.pool.execute(
        "update rollup_daily set n = n + 1 where ancestor = '1501' and metric = 'mobilized'"
    )

    found = await place.audit()

    [finding] = found.findings
    assert finding.code == "rollup-differs"
    assert "1501 then" in finding.en
    assert found.rollups.digest != found.rollups.live_digest
    assert (await place.audit("1502")).findings == []


async def test_without_kafka_all_else_is_compared(place: Place) -> None:
    altered(place)
    gone = FromTopics(KafkaAddress("127.0.0.1:1"), every_partition=True)

    found = await Audit(place.pool, "status", place, gone, patience_seconds=0).run()

    codes = [f.code for f in found.findings]
    assert codes == ["topic-unreachable", "chain-broken", "view-history-differs"]


async def test_every_finding_speaks_two_languages(place: Place) -> None:
    altered(place)

    for finding in (await place.audit()).findings:
        assert "schedule/1502" in finding.zh
        assert "schedule/1502" in finding.en
        assert finding.zh != finding.en
