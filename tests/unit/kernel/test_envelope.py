"""The envelope names its event and chains to the one before."""

from datetime import UTC, date, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.envelope import GENESIS, Envelope, chain_hash, content_digest, event_type
from shared.kernel.time import iso_utc, local_date, local_midnight

AT = datetime(2014, 2, 18, 1, 0, tzinfo=UTC)
LETTERS = st.text("abcdefgh活动é", max_size=8)
CONTENTS = st.dictionaries(LETTERS, st.integers() | LETTERS | st.none(), max_size=6)
EPOCH = datetime(1949, 10, 1, tzinfo=UTC)
INSTANTS = st.timedeltas(timedelta(0), timedelta(days=150 * 365)).map(lambda since: EPOCH + since)
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))


def envelope(**changes: object) -> Envelope:
    attributes: dict[str, object] = {
        "id": "e-1",
        "source": "/campaign/schedule",
        "type": event_type("schedule", "MobilizationHeld", 2),
        "subject": "150202",
        "time": AT,
        "partitionkey": "1502",
        "campaign": "nmg-2014",
        "league": "1502",
        "version": 1,
        "stream": "mobilization/nmg-2014/150202",
        "streamversion": 1,
        "unitpath": "15.1502.150202",
        "actor": "p-1502-0007",
        "correlationid": "c-1",
        "recordedat": AT,
        "hash": "00",
        "data": msgspec.Raw(b'{"unit":"150202"}'),
    }
    return msgspec.convert({**attributes, **changes}, Envelope)


def test_the_type_names_service_event_and_version() -> None:
    assert event_type("schedule", "MobilizationHeld", 2) == "campaign.schedule.MobilizationHeld.v2"
    assert envelope().event_name == ("MobilizationHeld", 2)
    assert envelope().service == "schedule"


def test_an_envelope_reads_back_as_it_was_written() -> None:
    written = msgspec.json.encode(envelope())
    read = msgspec.json.decode(written, type=Envelope)

    assert msgspec.json.encode(read) == written
    assert bytes(read.data) == b'{"unit":"150202"}'


def test_what_was_not_given_is_not_written() -> None:
    written = msgspec.json.decode(msgspec.json.encode(envelope()))

    assert written["specversion"] == "1.0"
    assert not {"causationid", "importid", "traceparent"} & written.keys()


@pytest.mark.parametrize("missing", ["id", "type", "league", "version", "data", "hash"])
def test_an_envelope_without_what_places_it_is_refused(missing: str) -> None:
    written = msgspec.json.decode(msgspec.json.encode(envelope()))
    del written[missing]

    with pytest.raises(msgspec.ValidationError, match=f"`{missing}`"):
        msgspec.json.decode(msgspec.json.encode(written), type=Envelope)


@given(CONTENTS)
def test_the_digest_does_not_depend_on_the_order_of_members(content: dict[str, object]) -> None:
    assert content_digest(dict(reversed(content.items()))) == content_digest(content)


@given(CONTENTS, CONTENTS)
def test_other_content_has_another_digest(one: dict[str, object], two: dict[str, object]) -> None:
    assert (content_digest(one) == content_digest(two)) == (one == two)


def test_the_chain_covers_the_one_before_the_place_and_the_content() -> None:
    digest = content_digest({"a": 1})
    head = chain_hash(GENESIS, 1, AT, digest)

    assert head.hex() == "f84c682b34a13f1fbb40126cc8a1c5b1d0435ac90baafda427d61e010620a4a6"
    assert (
        len(
            {
                head,
                chain_hash(head, 1, AT, digest),
                chain_hash(GENESIS, 2, AT, digest),
                chain_hash(GENESIS, 1, AT + timedelta(microseconds=1), digest),
                chain_hash(GENESIS, 1, AT, content_digest({"a": 2})),
            }
        )
        == 5
    )


@given(INSTANTS, OFFSETS)
def test_an_instant_is_written_the_same_in_every_zone(instant: datetime, zone: timezone) -> None:
    assert iso_utc(instant.astimezone(zone)) == iso_utc(instant)
    assert datetime.fromisoformat(iso_utc(instant)) == instant


@given(st.dates(date(1949, 10, 1), date(2100, 1, 1)))
def test_a_day_begins_at_its_local_midnight(day: date) -> None:
    assert local_date(local_midnight(day)) == day
    assert local_date(local_midnight(day) - timedelta(microseconds=1)) == day - timedelta(days=1)
