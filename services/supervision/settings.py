"""What the supervision service reads from its environment."""

from shared.platform.settings import Settings


class SupervisionSettings(Settings):
    """`rectification_url` is where findings are handed over; none are while it is empty."""

    rectification_url: str = ""
