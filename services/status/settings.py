"""Settings of the status service."""

from pydantic import Field

from shared.platform.settings import Settings


class StatusSettings(Settings):
    """The shared settings; the ports default to the status service's own."""

    port: int = Field(default=8105, ge=1, le=65_535)
    metrics_port: int = Field(default=8115, ge=1, le=65_535)
    fill_at_least: int = Field(default=40_000, ge=0)
    """So many new records are taken at once when the worker starts; 0 for never."""
