"""What the supervision service reads from its environment."""

from shared.platform.settings import Settings


class SupervisionSettings(Settings):
    """Nothing of its own: `rectification_url`, which every service may have, is where findings go."""
