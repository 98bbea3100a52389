"""What the rectification service reads from its environment."""

from pathlib import Path

from pydantic import Field

from services.rectification.urging.configured import UrgingConfig
from shared.platform.settings import Settings


class RectificationSettings(Settings):
    """`evidence_dir` keeps the files handed in, `notices_dir` what the file channel delivered.

    `notice_channels` names further channels by apprise's addresses; `urging_back_workdays` is how
    late a step is still taken.
    """

    evidence_dir: Path
    notices_dir: Path
    notice_channels: dict[str, str] = Field(default_factory=dict)
    urging_seconds: float = Field(default=180, gt=0)
    urging_back_workdays: int = Field(default=10, ge=0, le=60)

    @property
    def urging(self) -> UrgingConfig:
        return UrgingConfig(
            self.notices_dir, self.notice_channels, self.urging_seconds, self.urging_back_workdays
        )
