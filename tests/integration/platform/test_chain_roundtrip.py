"""What jsonb gives back hashes to what was chained, whatever text and instants an event holds."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.contracts.contract import Contract
from shared.contracts.schedule import GatePassed, MobilizationHeld, PlanReturned
from shared.kernel.envelope import Envelope
from shared.kernel.events import Event
from shared.platform.eventstore import EventStore
from shared.platform.publishing import COLUMNS, envelope_of
from shared.platform.recording import Answer, Origin, Pending
from tests.contract.outsider import head_of_chain

# PostgreSQL's text takes no NUL and no lone surrogate; bodies refuse both (fields.clean_text).
TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=40)
SPOKEN = st.sampled_from(
    ["动员大会", "嘎查村党支部", '引号" \\ 反斜杠/', "\t\n\x7f\u2028", "𠀀𝄞", "ᠮᠣᠩᠭᠣᠯ"]
)
WORDS = SPOKEN | TEXT
INSTANTS = st.datetimes(
    datetime(1949, 1, 1), datetime(2100, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-3, minutes=-30))]),
)  # fmt: skip
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(
        MobilizationHeld, campaign=st.just("nmg-2014"), unit=WORDS, held_at=INSTANTS,
        attendees=st.integers(0, 2**31 - 1), chaired_by=WORDS, place=WORDS,
        flags=st.lists(WORDS, max_size=3).map(tuple),
    ),
    st.builds(
        GatePassed, campaign=st.just("nmg-2014"), unit=WORDS, category=WORDS,
        plan_version=st.integers(1, 99), gate=WORDS, note=WORDS, passed_at=INSTANTS,
    ),
    st.builds(
        PlanReturned, campaign=st.just("nmg-2014"), unit=WORDS, category=WORDS,
        plan_version=st.integers(1, 99), gate=WORDS, reasons=st.lists(WORDS, max_size=3).map(tuple),
        note=WORDS, returned_at=INSTANTS,
    ),
)  # fmt: skip
ORIGINS = st.builds(
    Origin,
    actor=WORDS,
    correlation_id=WORDS,
    causation_id=WORDS,
    import_id=WORDS,
    traceparent=WORDS,
)
_NUMBERS = iter(range(10_000))
_OF_LEAGUE = f"select {COLUMNS} from events where league = $1 order by version"  # noqa: S608 - a constant


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(events=st.lists(EVENTS, min_size=1, max_size=6), origin=ORIGINS, data=st.data())
async def test_an_outsider_recomputes_the_chain_from_what_is_stored(
    events: list[Event], origin: Origin, data: st.DataObject, store: EventStore, tally: Contract
) -> None:
    league = f"{next(_NUMBERS):04}"
    path = f"15.{league}"
    pending = [Pending(f"life/{league}", "nmg-2014", league, path, event) for event in events]
    split = data.draw(st.integers(0, len(pending) - 1))

    async with store.session([league], [f"life/{league}"]) as session:
        await session.append(pending[:split], origin, lambda _: Answer(200, b"{}", ""))
    glance = await store.appender.look(league, f"life/{league}", None)
    await store.appender.append(glance, pending[split:], origin, Answer(201, b"{}", ""), None)

    rows = await store.pool.fetch(_OF_LEAGUE, league)
    envelopes = [envelope_of(tally.service, row) for row in rows]
    head = head_of_chain(msgspec.json.decode(msgspec.json.encode(e)) for e in envelopes)
    assert head == await store.pool.fetchval(
        "select head_hash from histories where league = $1", league
    )
    assert [tally.open(envelope) for envelope in envelopes] == events


async def test_a_changed_row_breaks_the_chain_where_it_was_changed(
    store: EventStore, tally: Contract
) -> None:
    async with store.session(["1502"], ["life"]) as session:
        held = MobilizationHeld(
            campaign="nmg-2014", unit="1502", held_at=datetime(2014, 2, 18, tzinfo=UTC),
            attendees=1, chaired_by="p-1", place="礼堂", flags=(),
        )  # fmt: skip
        pending = [Pending("life", "nmg-2014", "1502", "15.1502", held)] * 3
        await session.append(pending, Origin("p-1", "c"), lambda _: Answer(200, b"{}", ""))
    await store.pool.execute(
        "update events set data = jsonb_set(data, '{attendees}', '2') where version = 2"
    )

    rows = await store.pool.fetch(_OF_LEAGUE, "1502")
    broken = _break_of([envelope_of(tally.service, row) for row in rows])

    assert broken == "1502 breaks at version 2"


def _break_of(envelopes: Sequence[Envelope]) -> str:
    try:
        head_of_chain(msgspec.json.decode(msgspec.json.encode(e)) for e in envelopes)
    except ValueError as error:
        return str(error)
    return ""
