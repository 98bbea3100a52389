"""Runs the rectification service: `api`, `worker`, `migrate` or `rebuild-views`."""

from services.rectification.schema import SCHEMA, migrations
from services.rectification.settings import RectificationSettings
from shared.platform import logs
from shared.platform.metrics import Metrics
from shared.platform.running import role, run, serve
from shared.platform.starting import migrated, rebuilt


def main() -> None:
    """Start one role; each imports what it needs and no more, for memory and a fast start."""
    wanted = role(SCHEMA, ("api", "worker", "migrate", "rebuild-views"))
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
        case _:
            from services.rectification.rebuilding import LIVES
            from shared.contracts.rectification import RECTIFICATION
            from shared.platform.rebuilding import rebuild

            url = settings.database_url
            run(rebuilt(url, SCHEMA, lambda pool: rebuild(pool, RECTIFICATION, LIVES)))


if __name__ == "__main__":
    main()
