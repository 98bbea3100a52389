"""The chain as the product recomputes it: an outsider's heads, and every change noticed."""

import json
from typing import Any

import msgspec
import pytest

from shared.kernel.chain import Chain, ChainBroken
from shared.kernel.envelope import GENESIS, Envelope
from tests.contract.golden_files import chains
from tests.contract.outsider import head_of_chain

CHAINS = dict(chains())


def envelope(raw: dict[str, Any]) -> Envelope:
    return msgspec.json.decode(json.dumps(raw), type=Envelope)


@pytest.mark.parametrize("key", CHAINS)
def test_it_ends_where_an_outsider_ends(key: str) -> None:
    service, league = key.split("@")
    chain = Chain(service, league)
    for raw in CHAINS[key]:
        chain.follow(envelope(raw))

    assert chain.head == head_of_chain(CHAINS[key])
    assert chain.version == len(CHAINS[key])


def test_it_may_begin_at_a_known_link() -> None:
    first, second, *_ = CHAINS["schedule@1502"]
    chain = Chain("schedule", "1502", 1, bytes.fromhex(first["hash"]))

    chain.follow(envelope(second))

    assert chain.head.hex() == second["hash"]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"league": "1503"}, "place"),
        ({"partitionkey": "1503"}, "place"),
        ({"source": "/campaign/units"}, "place"),
        ({"version": 2}, "order"),
        ({"hash": "00" * 32}, "content"),
        ({"actor": "p-1502-leader"}, "content"),
        ({"time": "2014-02-20T01:00:00Z"}, "content"),
        ({"recordedat": "2014-02-20T01:00:00Z"}, "content"),
        ({"importid": "smuggled"}, "content"),
        ({"data": {}}, "content"),
    ],
)
def test_a_changed_envelope_is_refused_and_the_chain_stands_where_it_stood(
    change: dict[str, Any], fault: str
) -> None:
    chain = Chain("schedule", "1502")

    with pytest.raises(ChainBroken) as broken:
        chain.follow(envelope(CHAINS["schedule@1502"][0] | change))

    assert broken.value.fault == fault
    assert broken.value.version == 1
    assert (chain.version, chain.head) == (0, GENESIS)
