"""What the schedule service reads from its environment."""

from shared.platform.settings import Settings


class ScheduleSettings(Settings):
    """Nothing of its own yet: what every service has."""
