"""What the rectification service reads from its environment."""

from pathlib import Path

from shared.platform.settings import Settings


class RectificationSettings(Settings):
    """`evidence_dir` keeps the files handed in, `notices_dir` what the file channel delivered."""

    evidence_dir: Path
    notices_dir: Path
