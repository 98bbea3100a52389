"""Documents generated from the contracts: the event catalogue and AsyncAPI, never written by hand."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from deploy.docs_asyncapi import asyncapi
from deploy.docs_catalogue import catalogue
from deploy.layout import ROOT
from shared.contracts.contract import Contract
from shared.contracts.rectification import RECTIFICATION
from shared.contracts.schedule import SCHEDULE
from shared.contracts.supervision import SUPERVISION
from shared.contracts.units import UNITS

CONTRACTS: Final[tuple[Contract, ...]] = (UNITS, SCHEDULE, SUPERVISION, RECTIFICATION)


def documents() -> Mapping[Path, str]:
    """Path below docs/ -> text, the same for the same contracts."""
    texts = {Path("events.md"): catalogue(CONTRACTS)}
    for contract in CONTRACTS:
        encoded = msgspec.json.format(msgspec.json.encode(asyncapi(contract)), indent=2)
        texts[Path("asyncapi", f"{contract.service}.json")] = encoded.decode() + "\n"
    return texts


def outdated(folder: Path) -> list[Path]:
    """Those whose file is missing or says something else."""
    return [path for path, text in documents().items() if _read(folder / path) != text]


def write(folder: Path) -> list[Path]:
    """Write what is outdated and say which that was."""
    changed = outdated(folder)
    for path, text in documents().items():
        if path in changed:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, "utf-8")
    return changed


def _read(path: Path) -> str | None:
    return path.read_text("utf-8") if path.exists() else None


def main() -> int:
    changed = write(ROOT / "docs")
    for path in changed:
        print(f"docs/{path}")
    print(f"已更新 {len(changed)} 个文件。 {len(changed)} documents written.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
