"""An outsider recomputes the chain, and the chain notices every change."""

import copy
from typing import Any

import pytest

from tests.contract.golden_files import chains
from tests.contract.outsider import head_of_chain

# Published histories stand on these: a change here means old proofs no longer check.
HEADS = {
    "rectification@1503": "0c5a87ea9239a1d5f6b28339306215b09616b7231e192f1f9b2c007b47213ddb",
    "schedule@15": "2d3a90b6b4be1e93d23533a1d564cbc366250a0cd81b518c579232e40f034925",
    "schedule@1502": "b32c4d41bf2f3a25b3f7b6bfc518232b56fe57574aa11d58ce7f60dfa911b0e6",
    "supervision@15": "041e7cb39d310fdad2a719fd17bb108be95d5a519ec7c6b33a42db847194d129",
    "supervision@1502": "0c289b80b74ffc194f0fff43b8ea9461e63672eebd70050a018ff5433facdf0b",
    "units@1502": "1f60e4dc610e09e59d8bd56ea6697f9d6fe1dd335c33cb43bfbe2b9c510aece9",
}
CHAINS = dict(chains())


def test_the_golden_chains_end_in_the_published_heads() -> None:
    assert {key: head_of_chain(envelopes).hex() for key, envelopes in CHAINS.items()} == HEADS


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("id", "00000000-0000-0000-0000-000000000000"),
        ("type", "campaign.schedule.MobilizationVoided.v1"),
        ("subject", "150203"),
        ("time", "2014-02-20T01:00:00Z"),
        ("campaign", "nmg-2015"),
        ("version", 3),
        ("stream", "mobilization/nmg-2014/150203"),
        ("streamversion", 9),
        ("unitpath", "15.1503.150202"),
        ("actor", "p-1502-leader"),
        ("correlationid", "another"),
        ("recordedat", "2014-02-24T01:07:00.123457Z"),
        ("data", {}),
        ("importid", "smuggled"),
    ],
)
def test_changing_one_attribute_breaks_the_chain(attribute: str, value: Any) -> None:
    envelopes = copy.deepcopy(CHAINS["schedule@1502"])
    envelopes[1][attribute] = value

    with pytest.raises(ValueError, match="breaks at version 2"):
        head_of_chain(envelopes)


def test_dropping_or_swapping_events_breaks_the_chain() -> None:
    envelopes = CHAINS["schedule@1502"]
    swapped = [envelopes[0], envelopes[2], envelopes[1], *envelopes[3:]]

    for altered in (envelopes[1:], envelopes[:3] + envelopes[4:], swapped):
        with pytest.raises(ValueError, match="breaks at version"):
            head_of_chain(altered)
