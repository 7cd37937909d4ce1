"""Commands that run the site: up, demo, web, worker, migrate, doctor, create-admin, backup, restore."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from goldseam.core.postgres import InUse, PostgresFailed
from goldseam.site.backup import BackupFailed, backup, restore
from goldseam.site.environment import Environment
from goldseam.site.running import (
    NO_DATABASE,
    WRONG_SETTINGS,
    checked_environment,
    database,
    fail,
    say,
    setup_django,
)
from goldseam.site.supervise import NotStarted, Supervisor, command
from goldseam.site.web import NotReady, PortTaken, listen, serve

app = typer.Typer(add_completion=False, no_args_is_help=True)
_DEMO_HOME = "~/.local/share/goldseam-demo"


def _refuse_unprepared() -> None:
    """End the command when the database or the static files are not those of this version."""
    from goldseam.site.prepare import lacking

    missing = lacking()
    if missing:
        fail(missing, NO_DATABASE)


def _supervise(loader: list[str] | None = None) -> None:
    try:
        Supervisor(checked_environment(), loader).run()
    except InUse as error:
        fail(f"{error}\nStop that one, or give this one a folder of its own with GOLDSEAM_HOME.", NO_DATABASE)
    except (PostgresFailed, OSError) as error:
        fail(str(error), NO_DATABASE)
    except (PortTaken, NotStarted) as error:
        fail(str(error), 1)


@app.command()
def up() -> None:
    """Run everything: database, web server and worker, until Ctrl+C."""
    _supervise()


@app.command()
def demo() -> None:
    """Run everything with a made-up shop, in a home of its own; prints how to sign in."""
    os.environ.setdefault("GOLDSEAM_MODE", "demo")
    os.environ.setdefault("GOLDSEAM_HOME", _DEMO_HOME)
    _refuse_production()
    _supervise(command("load-demo"))


def _refuse_production() -> Environment:
    environment = checked_environment()
    if environment.mode == "production":
        fail("The demo shop is made up; it does not belong into GOLDSEAM_MODE=production.", WRONG_SETTINGS)
    return environment


@app.command("load-demo", hidden=True)
def load_demo() -> None:
    """Fill the database with the made-up shop; what is there already stays."""
    with database(_refuse_production()):
        setup_django()
        from goldseam.site.demo_progress import load_with_progress

        load_with_progress()


@app.command()
def web(
    listener: Annotated[int, typer.Option(hidden=True, help="A listening socket that is open already.")] = -1,
) -> None:
    """Run one web process; the database must be running (`goldseam up` or DATABASE_URL)."""
    environment = checked_environment()
    try:
        opened = socket.socket(fileno=listener) if listener >= 0 else listen(environment)
    except PortTaken as error:
        fail(str(error), 1)
    with database(environment):
        setup_django()
        _refuse_unprepared()
        if listener < 0:
            say("web", environment.url)
        try:
            serve(environment, opened)
        except NotReady as error:
            fail(str(error), 1)


@app.command()
def worker() -> None:
    """Run one worker; the database must be running (`goldseam up` or DATABASE_URL)."""
    environment = checked_environment()
    with database(environment):
        setup_django()
        _refuse_unprepared()
        from goldseam.core.jobs import work

        asyncio.run(work(concurrency=environment.worker_threads))


@app.command()
def migrate() -> None:
    """Bring the database and the static files to this version. Repeating it changes nothing."""
    with database(checked_environment()):
        setup_django()
        from goldseam.site.prepare import AssetsMissing, prepare

        try:
            done = prepare()
        except AssetsMissing as error:
            fail(str(error), 1)
        say("migrations", f"{done.migrations} applied" if done.migrations else "up to date")
        say("static", f"{done.files} files")


@app.command()
def doctor() -> None:
    """Explain the configuration and check everything the site needs."""
    from goldseam.site.doctor import examine

    raise typer.Exit(0 if examine() else 1)


@app.command("create-admin")
def create_admin(
    email: Annotated[str, typer.Argument(help="With it the person signs in.")],
    name: Annotated[str, typer.Option(help="Shown to colleagues.")] = "Admin",
    shop: Annotated[str, typer.Option(help="Short name of the shop; made if it is new.")] = "main",
    shop_name: Annotated[str, typer.Option(help="Full name of a new shop.")] = "",
    password_stdin: Annotated[bool, typer.Option(help="Read the password from standard input.")] = False,
) -> None:
    """Make a person admin of a shop; somebody who is known keeps name and password."""
    with database(checked_environment()):
        setup_django()
        from goldseam.site.first_admin import WrongInput, make_admin

        def password() -> str:
            if password_stdin:
                return sys.stdin.readline().rstrip("\n")
            return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))

        try:
            told = make_admin(email, name, shop, shop_name or shop, password, limit=Decimal("0"))
        except WrongInput as error:
            fail(str(error), 2)
        say("admin", told)


@app.command("backup")
def backup_command(file: Annotated[Path, typer.Argument(help="Where to; replaced when it exists.")]) -> None:
    """Write everything in the database to one file; the site may run meanwhile."""
    environment = checked_environment()
    with database(environment):
        try:
            size = backup(environment, file)
        except (BackupFailed, OSError) as error:
            fail(str(error), 1)
    say("backup", f"{file}, {size / 1024**2:.1f} MiB")


@app.command("restore")
def restore_command(
    file: Annotated[Path, typer.Argument(help="A file that `goldseam backup` wrote.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Replace everything in the database by a backup, all or nothing; stop the site first."""
    environment = checked_environment()
    if not yes:
        typer.confirm("This replaces everything in the database. Go on?", abort=True)
    with database(environment, alone=True):
        try:
            restore(environment, file)
        except BackupFailed as error:
            fail(str(error), 1)
    say("restored", str(file))
