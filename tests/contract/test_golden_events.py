"""What was published once can be read forever, and means the same."""

import json
from pathlib import Path

import msgspec
import pytest

from shared.contracts.contract import Contract
from shared.kernel.envelope import Envelope
from tests.contract.golden_files import (
    CONTRACT_OF,
    FILES,
    GOLDEN,
    SAMPLES,
    contract_of,
    label,
)

REQUIRED_BY_CLOUDEVENTS = {"id", "source", "specversion", "type"}
golden = pytest.mark.parametrize("path", FILES, ids=label)


def open_envelope(path: Path) -> Envelope:
    return msgspec.json.decode(path.read_bytes(), type=Envelope)


@golden
def test_a_golden_event_reads_as_what_it_meant(path: Path) -> None:
    name = path.stem.partition(".")[0]

    assert SAMPLES[path.parent.name][name] == contract_of(path).open(open_envelope(path))


@golden
def test_a_golden_envelope_is_written_again_as_it_was(path: Path) -> None:
    envelope = open_envelope(path)

    assert json.loads(path.read_bytes()) == json.loads(msgspec.json.encode(envelope))


@golden
def test_the_current_version_is_written_as_its_golden_file(path: Path) -> None:
    contract, envelope = contract_of(path), open_envelope(path)
    name, version = envelope.event_name
    if contract.events[name][0] != version:
        assert (name, version) in contract.upcasters
        return

    assert json.loads(path.read_bytes())["data"] == json.loads(
        msgspec.json.encode(contract.open(envelope))
    )


@golden
def test_a_golden_file_is_named_after_what_it_holds(path: Path) -> None:
    envelope = open_envelope(path)

    assert path.parent.name == envelope.service
    assert f"campaign.{path.parent.name}.{path.stem}" == envelope.type


@golden
def test_an_envelope_is_a_cloud_event(path: Path) -> None:
    written = json.loads(msgspec.json.encode(open_envelope(path)))

    assert written.keys() >= REQUIRED_BY_CLOUDEVENTS
    assert written["specversion"] == "1.0"
    assert all(name.isascii() and name.isalnum() and name.islower() for name in written)
    assert all(written[name] for name in REQUIRED_BY_CLOUDEVENTS)
    assert written["partitionkey"] == written["league"]


@pytest.mark.parametrize("contract", CONTRACT_OF.values(), ids=lambda contract: contract.service)
def test_every_version_of_every_event_has_a_golden_file(contract: Contract) -> None:
    expected = {
        f"{name}.v{version}.json"
        for name, (current, _) in contract.events.items()
        for version in range(1, current + 1)
    }

    assert expected == {path.name for path in (GOLDEN / contract.service).iterdir()}


@pytest.mark.parametrize("contract", CONTRACT_OF.values(), ids=lambda contract: contract.service)
def test_every_event_says_when_it_happened(contract: Contract) -> None:
    for name, sample in SAMPLES[contract.service].items():
        assert sample.happened in sample.__struct_fields__, name
        assert sample.occurred_at.tzinfo is not None, name


def test_another_version_of_the_envelope_is_refused() -> None:
    body = json.loads(FILES[0].read_bytes()) | {"specversion": "0.3"}

    with pytest.raises(msgspec.ValidationError, match=r"\$.specversion"):
        msgspec.json.decode(json.dumps(body), type=Envelope)
