"""Old data is stepped up, version by version, to today's class."""

from datetime import date, datetime
from typing import Any, ClassVar

import msgspec
import pytest

from shared.contracts.contract import Contract, UnknownEvent
from shared.kernel.events import Event


class BridgeOpened(Event, frozen=True):
    """An invented event; v1 had a name in one language, v2 both, v3 lanes as well."""

    happened: ClassVar[str] = "opened_on"
    bridge: str
    name_zh: str
    name_en: str
    lanes: int
    opened_on: date


class BridgeClosed(Event, frozen=True):
    happened: ClassVar[str] = "closed_at"
    bridge: str
    closed_at: datetime


def name_in_two_languages(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "name_zh": data["name"], "name_en": ""}


def lanes_were_two(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "lanes": 2}


BRIDGES = Contract(
    service="bridges",
    events={"BridgeOpened": (3, BridgeOpened), "BridgeClosed": (1, BridgeClosed)},
    upcasters={
        ("BridgeOpened", 1): name_in_two_languages,
        ("BridgeOpened", 2): lanes_were_two,
    },
)
TODAY = BridgeOpened(
    bridge="b-1", name_zh="黄河桥", name_en="", lanes=2, opened_on=date(2014, 2, 1)
)
V1 = b'{"bridge":"b-1","name":"\xe9\xbb\x84\xe6\xb2\xb3\xe6\xa1\xa5","opened_on":"2014-02-01"}'


@pytest.mark.parametrize(
    ("version", "data"),
    [
        (1, V1),
        (2, V1.replace(b'"name"', b'"name_en":"","name_zh"')),
        (3, msgspec.json.encode(TODAY)),
    ],
)
def test_every_version_reads_as_today(version: int, data: bytes) -> None:
    assert BRIDGES.decode("BridgeOpened", version, data) == TODAY


def test_stored_text_and_raw_json_read_the_same() -> None:
    assert BRIDGES.decode("BridgeOpened", 1, V1.decode()) == TODAY
    assert BRIDGES.decode("BridgeOpened", 1, msgspec.Raw(V1)) == TODAY


def test_an_event_is_stored_under_its_stable_name_and_newest_version() -> None:
    assert BRIDGES.name_of(TODAY) == ("BridgeOpened", 3)
    assert BRIDGES.topic == "campaign.bridges.v1"


@pytest.mark.parametrize(
    ("name", "version", "told"),
    [
        ("BridgePainted", 1, "bridges.BridgePainted"),
        ("BridgeOpened", 4, "newer than this program"),
        ("BridgeOpened", 0, "has no upcaster"),
    ],
)
def test_an_unknown_name_or_version_is_refused(name: str, version: int, told: str) -> None:
    with pytest.raises(UnknownEvent, match=told):
        BRIDGES.decode(name, version, V1)


def test_a_missing_step_is_refused_instead_of_guessed() -> None:
    patchy = Contract(
        service="bridges",
        events={"BridgeOpened": (3, BridgeOpened)},
        upcasters={("BridgeOpened", 1): name_in_two_languages},
    )

    with pytest.raises(UnknownEvent, match=r"BridgeOpened\.v2 has no upcaster"):
        patchy.decode("BridgeOpened", 1, V1)


@pytest.mark.parametrize("data", [b"{}", b"[]", b'{"bridge":"b-1","name":7}', b"not json", b""])
def test_data_that_does_not_fit_is_refused(data: bytes) -> None:
    with pytest.raises((msgspec.DecodeError, TypeError, KeyError)):
        BRIDGES.decode("BridgeClosed", 1, data)


def test_a_local_date_happens_at_its_midnight_and_an_instant_when_it_says() -> None:
    closed_at = datetime.fromisoformat("2014-02-03T04:05:06+08:00")

    assert datetime.fromisoformat("2014-02-01T00:00:00+08:00") == TODAY.occurred_at
    assert closed_at == BridgeClosed(bridge="b-1", closed_at=closed_at).occurred_at
