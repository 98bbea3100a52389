"""Runs the units service: `api`, `worker`, `migrate`, `rebuild-views` or `history`."""

import sys

from shared.platform.roles import do_without, role


def main() -> None:
    """Start one role; each imports what it needs and no more, for memory and a fast start."""
    wanted = role("units", ("api", "worker", "migrate", "rebuild-views"), working="history")
    do_without(wanted)

    from services.units.schema import SCHEMA, migrations
    from services.units.settings import UnitsSettings
    from shared.platform import logs
    from shared.platform.metrics import Metrics
    from shared.platform.running import run, serve
    from shared.platform.starting import migrated, rebuilt

    settings = UnitsSettings()
    logs.configure(SCHEMA, settings.log_level)
    match wanted:
        case "api":
            from services.units.application import api_app
            from shared.platform.client import direct_client

            serve(api_app(settings, Metrics(), direct_client()), settings)
        case "worker":
            from services.units.worker import worker

            run(worker(settings, Metrics()))
        case "migrate":
            run(migrated(settings.database_url, SCHEMA, migrations()))
        case "history":
            from services.units.rebuilding import refill_views
            from shared.contracts.units import UNITS
            from shared.platform.history_role import Recording, work_on_history

            recording = Recording(settings, SCHEMA, UNITS, refill_views)
            run(work_on_history(recording, sys.argv[2:]))
        case _:
            from services.units.rebuilding import rebuild

            run(rebuilt(settings.database_url, SCHEMA, rebuild))


if __name__ == "__main__":
    main()
