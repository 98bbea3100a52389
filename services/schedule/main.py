"""Runs the schedule service: `api`, `worker`, `migrate`, `rebuild-views` or `history`."""

import sys

from shared.platform.roles import do_without, role


def main() -> None:
    """Start one role; each imports what it needs and no more, for memory and a fast start."""
    wanted = role("schedule", ("api", "worker", "migrate", "rebuild-views"), working="history")
    do_without(wanted)

    from services.schedule.schema import SCHEMA, migrations
    from services.schedule.settings import ScheduleSettings
    from shared.platform import logs
    from shared.platform.metrics import Metrics
    from shared.platform.running import run, serve
    from shared.platform.starting import migrated, rebuilt

    settings = ScheduleSettings()
    logs.configure(SCHEMA, settings.log_level)
    match wanted:
        case "api":
            from services.schedule.application import api_app
            from shared.platform.client import direct_client

            serve(api_app(settings, Metrics(), direct_client()), settings)
        case "worker":
            from services.schedule.worker import worker

            run(worker(settings, Metrics()))
        case "migrate":
            run(migrated(settings.database_url, SCHEMA, migrations()))
        case "history":
            from services.schedule.rebuilding import refill_views
            from shared.contracts.schedule import SCHEDULE
            from shared.platform.directory import DirectoryProjection
            from shared.platform.history_role import Recording, work_on_history

            follows = (DirectoryProjection(),)
            recording = Recording(settings, SCHEMA, SCHEDULE, refill_views, follows)
            run(work_on_history(recording, sys.argv[2:]))
        case _:
            from services.schedule.rebuilding import rebuild_views

            run(rebuilt(settings.database_url, SCHEMA, rebuild_views))


if __name__ == "__main__":
    main()
