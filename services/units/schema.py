"""The schema of the units service, and what must have run in it."""

from shared.platform.postgres import EVENT_STORE, Migration, migrations_in

SCHEMA = "units"


def migrations() -> list[Migration]:
    """All that must have run before the service is ready."""
    return [*migrations_in(*EVENT_STORE), *migrations_in("services.units.migrations")]
