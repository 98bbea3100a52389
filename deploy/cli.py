"""The `campaign` command, composed of what each subject registers."""

from typing import Final

import typer

from deploy import (
    cli_archive,
    cli_epoch,
    cli_explain,
    cli_histories,
    cli_parked,
    cli_prove,
    cli_rebuild,
    cli_replay,
    cli_republish,
    cli_running,
    cli_verify,
    cli_viewing,
    cli_weighing,
)

app = typer.Typer(
    name="campaign",
    help="教育实践活动系统的命令行。 The command line of the campaign system.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

# A subject is a module with `register(app)`; the order is that of the help page.
_SUBJECTS: Final = (
    cli_running,
    cli_viewing,
    cli_explain,
    cli_weighing,
    cli_replay,
    cli_histories,
    cli_archive,
    cli_prove,
    cli_republish,
    cli_parked,
    cli_epoch,
    cli_rebuild,
    cli_verify,
)

for subject in _SUBJECTS:
    subject.register(app)
