"""What the urging ladder is told by the settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from services.rectification.urging.channels import AppriseChannel, Channel, FileChannel


@dataclass(frozen=True, slots=True)
class UrgingConfig:
    """`addresses` are apprise's, by the channel's name; notices always go to `folder`, too."""

    folder: Path
    addresses: Mapping[str, str]
    every_seconds: float
    back_workdays: int

    @property
    def channels(self) -> tuple[str, ...]:
        """Their names."""
        return (FileChannel.name, *self.addresses)

    def opened(self) -> list[Channel]:
        """The channels themselves, for whoever delivers."""
        others = [AppriseChannel(name, address) for name, address in self.addresses.items()]
        return [FileChannel(self.folder), *others]
