"""What the units service reads from its environment."""

from shared.platform.settings import Settings


class UnitsSettings(Settings):
    """Nothing of its own yet: what every service has."""
