"""A life as a service keeps it: its streams' names, its decider and the table that shows it."""

from dataclasses import dataclass
from typing import Any

from shared.kernel.decider import Decider
from shared.platform.inline_views import Showing


@dataclass(frozen=True)
class Life:
    """Streams `<prefix>/<campaign>/...`, how they are decided and how they are shown."""

    prefix: str
    decider: Decider[Any, Any, Any]
    view: Showing

    def stream(self, *parts: str) -> str:
        """The stream of these parts, the campaign first."""
        return "/".join((self.prefix, *parts))
