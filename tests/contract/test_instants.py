import msgspec
import pytest

from shared.contracts.schedule import SCHEDULE
from shared.kernel.envelope import Envelope
from tests.contract.golden_files import GOLDEN


def test_a_moment_without_its_zone_is_refused_in_an_event() -> None:
    data = (
        b'{"campaign":"c","unit":"1502","held_at":"2014-02-18T09:00:00","attendees":1,'
        b'"chaired_by":"","place":"","flags":[]}'
    )

    with pytest.raises(msgspec.ValidationError, match="timezone"):
        SCHEDULE.decode("MobilizationHeld", 1, data)


def test_a_moment_without_its_zone_is_refused_in_an_envelope() -> None:
    golden = (GOLDEN / "schedule" / "MobilizationHeld.v1.json").read_bytes()
    told = msgspec.json.decode(golden)
    told["time"] = told["time"].removesuffix("Z")

    with pytest.raises(msgspec.ValidationError, match="timezone"):
        msgspec.json.decode(msgspec.json.encode(told), type=Envelope)
