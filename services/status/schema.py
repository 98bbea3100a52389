"""The schema of the status service, and what must have run in it."""

from shared.platform.postgres import CONSUMING, Migration, migrations_in

SCHEMA = "status"


def migrations() -> list[Migration]:
    """All that must have run before the service is ready."""
    return [*migrations_in(*CONSUMING), *migrations_in("services.status.migrations")]
