"""Runs the status service: `api`, `worker`, `migrate` or `rebuild`."""

import sys

from services.status.schema import SCHEMA, migrations
from services.status.settings import StatusSettings
from shared.platform import logs
from shared.platform.metrics import Metrics
from shared.platform.running import run, serve
from shared.platform.starting import migrated

MODES = ("api", "worker", "migrate", "rebuild")


def main(arguments: list[str]) -> int:
    """Start one role; each imports what it needs and no more, for memory and a fast start."""
    mode = arguments[0] if arguments else ""
    source = arguments[1].removeprefix("--from=") if len(arguments) > 1 else "topics"
    if mode not in MODES or source not in {"topics", "history"}:
        print(f"usage: python -m services.status.main {'|'.join(MODES)} [--from=topics|history]")  # noqa: T201 - a command's usage
        return 2
    settings = StatusSettings()
    logs.configure(SCHEMA, settings.log_level)
    match mode:
        case "api":
            from services.status.application import application

            serve(application(settings), settings)
        case "worker":
            from services.status.worker import worker

            run(worker(settings, Metrics()))
        case "migrate":
            run(migrated(settings.database_url, SCHEMA, migrations()))
        case _:
            from services.status.worker import rebuilt

            run(rebuilt(settings, source))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
