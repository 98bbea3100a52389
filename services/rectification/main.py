"""Runs the rectification service: `api`, `worker`, `migrate`, `rebuild-views` or `history`."""

import sys

from shared.platform.roles import do_without, role


def main() -> None:
    """Start one role; each imports what it needs and no more, for memory and a fast start."""
    wanted = role("rectification", ("api", "worker", "migrate", "rebuild-views"), working="history")
    do_without(wanted)

    from services.rectification.schema import SCHEMA, migrations
    from services.rectification.settings import RectificationSettings
    from shared.platform import logs
    from shared.platform.metrics import Metrics
    from shared.platform.running import run, serve
    from shared.platform.starting import migrated, rebuilt

    settings = RectificationSettings()
    logs.configure(SCHEMA, settings.log_level)
    match wanted:
        case "api":
            from services.rectification.application import api_app
            from shared.platform.client import direct_client

            serve(api_app(settings, Metrics(), direct_client()), settings)
        case "worker":
            from services.rectification.worker import worker

            run(worker(settings, settings.urging, Metrics()))
        case "migrate":
            run(migrated(settings.database_url, SCHEMA, migrations()))
        case "history":
            from services.rectification.rebuilding import refill_views
            from services.rectification.urging.milestones import MilestonesProjection
            from shared.contracts.rectification import RECTIFICATION
            from shared.platform.campaigns import DirectoriesProjection
            from shared.platform.history_role import Recording, work_on_history

            follows = (DirectoriesProjection(), MilestonesProjection())
            recording = Recording(settings, SCHEMA, RECTIFICATION, refill_views, follows)
            run(work_on_history(recording, sys.argv[2:]))
        case _:
            from services.rectification.rebuilding import rebuild_views

            run(rebuilt(settings.database_url, SCHEMA, rebuild_views))


if __name__ == "__main__":
    main()
