"""Golden events: whole envelopes as they were once published, one file for each version."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deploy.docs import CONTRACTS
from shared.contracts.contract import Contract
from shared.kernel.events import Event
from tests.contract.samples_rectification import RECTIFICATION_SAMPLES
from tests.contract.samples_schedule import SCHEDULE_SAMPLES
from tests.contract.samples_supervision import SUPERVISION_SAMPLES
from tests.contract.samples_units import UNITS_SAMPLES

GOLDEN = Path(__file__).with_name("golden")
SAMPLES: dict[str, dict[str, Event]] = {
    "units": UNITS_SAMPLES,
    "schedule": SCHEDULE_SAMPLES,
    "supervision": SUPERVISION_SAMPLES,
    "rectification": RECTIFICATION_SAMPLES,
}
CONTRACT_OF: dict[str, Contract] = {contract.service: contract for contract in CONTRACTS}
FILES = sorted(GOLDEN.glob("*/*.json"))


def label(path: Path) -> str:
    """`schedule/MobilizationHeld.v1`, the way a failing test names it."""
    return f"{path.parent.name}/{path.stem}"


def contract_of(path: Path) -> Contract:
    return CONTRACT_OF[path.parent.name]


def chains() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """(`service@league`, its golden envelopes in the order of their versions)."""
    histories: dict[str, list[dict[str, Any]]] = {}
    for path in FILES:
        envelope = json.loads(path.read_bytes())
        key = f"{path.parent.name}@{envelope['league']}"
        histories.setdefault(key, []).append(envelope)
    for key, envelopes in sorted(histories.items()):
        yield key, sorted(envelopes, key=lambda envelope: int(envelope["version"]))
