"""The committed documents are what the contracts generate, and describe what is published."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from deploy.docs import CONTRACTS, documents, outdated, write
from deploy.docs_asyncapi import asyncapi
from deploy.layout import ROOT
from shared.contracts.contract import Contract
from tests.contract.golden_files import FILES, contract_of, label

contracts = pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.service)


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (value for key, value in node.items() if key == "$ref")
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_the_committed_documents_are_up_to_date() -> None:
    assert not outdated(ROOT / "docs"), "run make docs"


def test_writing_twice_changes_nothing(tmp_path: Path) -> None:
    assert set(documents()) == set(write(tmp_path))
    assert not write(tmp_path)


def test_the_catalogue_has_a_section_for_every_event() -> None:
    page = documents()[Path("events.md")]

    for contract in CONTRACTS:
        for name, (version, cls) in contract.events.items():
            assert f"### {name} v{version}\n" in page
            assert all(f"| `{field}` |" in page for field in cls.__struct_fields__)


def leads_to(document: dict[str, Any], reference: str) -> Any:
    node: Any = document
    for part in reference.removeprefix("#/").split("/"):
        node = node.get(part, {})
    return node


@contracts
def test_every_reference_leads_somewhere(contract: Contract) -> None:
    document = asyncapi(contract)

    assert [r for r in references(document) if not leads_to(document, r)] == []


@contracts
def test_the_topic_and_its_key_are_described(contract: Contract) -> None:
    document = asyncapi(contract)
    channel = document["channels"][contract.service]

    assert contract.topic == channel["address"]
    assert channel["bindings"]["kafka"]["partitions"] == 24
    assert channel["bindings"]["kafka"]["topicConfiguration"]["retention.ms"] == -1
    assert set(document["components"]["messages"]) == set(channel["messages"])


def is_current(path: Path) -> bool:
    name, version = path.stem.split(".v")
    return contract_of(path).events[name][0] == int(version)


@pytest.mark.parametrize("path", [path for path in FILES if is_current(path)], ids=label)
def test_a_golden_event_fits_the_published_schema(path: Path) -> None:
    document = asyncapi(contract_of(path))
    message = document["components"]["messages"][path.stem]
    golden = json.loads(path.read_bytes())
    schema = {"components": document["components"], **message["payload"]}
    validator = jsonschema_rs.validator_for(schema, validate_formats=True)

    validator.validate(golden)
    assert not validator.is_valid({**golden, "data": {}})
    assert not validator.is_valid({**golden, "type": "campaign.units.Another.v1"})
