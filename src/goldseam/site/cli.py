"""The `goldseam` command: one table of commands, each imported only when it is called.

`goldseam assess` must start fast and without Django, so nothing heavier than typer is imported here. A new
command is one line in COMMANDS and a function in a module that has `app = typer.Typer()`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import typer
import typer.main
from typer.core import TyperGroup

if TYPE_CHECKING:
    from typer._click.core import Command, Context

COMMANDS: dict[str, str] = {
    "up": "goldseam.site.cli_run",
    "demo": "goldseam.site.cli_run",
    "doctor": "goldseam.site.cli_run",
    "create-admin": "goldseam.site.cli_run",
    "web": "goldseam.site.cli_run",
    "worker": "goldseam.site.cli_run",
    "migrate": "goldseam.site.cli_run",
    "backup": "goldseam.site.cli_run",
    "restore": "goldseam.site.cli_run",
    "load-demo": "goldseam.site.cli_run",
    "import": "goldseam.site.cli_data",
    "token": "goldseam.site.cli_tokens",
    "assess": "goldseam.site.cli_engine",
    "check-reply": "goldseam.site.cli_engine",
    "evaluate": "goldseam.site.cli_evaluate",
    "train": "goldseam.site.cli_train",
}
"""Command or command group → the module whose `app` holds it."""


class LazyGroup(TyperGroup):
    """A group that imports a command's module when the command is asked for."""

    def list_commands(self, ctx: Context) -> list[str]:
        """The names in the table."""
        return list(COMMANDS)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        """The command, from the module the table names."""
        if cmd_name not in COMMANDS:
            return None
        module: Any = importlib.import_module(COMMANDS[cmd_name])
        group: Any = typer.main.get_group(module.app)
        return group.commands[cmd_name]  # type: ignore[no-any-return]


def main() -> None:
    """Entry point of the `goldseam` script."""
    LazyGroup(
        name="goldseam",
        help="Goldseam (金缮): the after-sales workbench that repairs trust.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )(prog_name="goldseam")


if __name__ == "__main__":
    main()
