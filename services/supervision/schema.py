"""The schema of the supervision service, and what must have run in it."""

from shared.platform.postgres import CONSUMING, EVENT_STORE, Migration, migrations_in

SCHEMA = "supervision"


def migrations() -> list[Migration]:
    """All that must have run before the service is ready."""
    return [
        *migrations_in(*EVENT_STORE),
        *migrations_in(*CONSUMING),
        *migrations_in("shared.platform.sql", "directory.sql", "campaigns.sql"),
        *migrations_in("services.supervision.migrations"),
    ]
