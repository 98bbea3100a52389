"""Runs the status service: `api`, `worker`, `migrate`, `rebuild` or `verify`."""

import sys

from shared.platform.roles import do_without

MODES = ("api", "worker", "migrate")
WORKS = ("rebuild", "verify")
"""These take further arguments, and end by themselves."""


def main(arguments: list[str]) -> int:
    """Start one role; each imports what it needs and no more, for memory and a fast start."""
    mode = arguments[0] if arguments else ""
    if mode not in WORKS and (mode not in MODES or len(arguments) > 1):
        print(f"usage: python -m services.status.main {'|'.join((*MODES, *WORKS))} ...")  # noqa: T201 - a command's usage
        return 2
    do_without(mode)

    from services.status.schema import SCHEMA, migrations
    from services.status.settings import StatusSettings
    from shared.platform import logs
    from shared.platform.metrics import Metrics
    from shared.platform.running import run, serve
    from shared.platform.starting import migrated

    settings = StatusSettings()
    logs.configure(SCHEMA, settings.log_level)
    match mode:
        case "api":
            from services.status.application import application

            serve(application(settings), settings)
        case "worker":
            from services.status.worker import worker

            run(worker(settings, Metrics(), settings.fill_at_least))
        case "migrate":
            run(migrated(settings.database_url, SCHEMA, migrations()))
        case _:
            from services.status.commands import work_on_views

            run(work_on_views(settings, mode, arguments[1:]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
