"""`goldseam import`: a shop's own files come in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from goldseam.site.running import checked_environment, database, fail, setup_django

if TYPE_CHECKING:
    from goldseam.people.models import Shop

app = typer.Typer(add_completion=False, no_args_is_help=True)
_WRONG = 2
_INTERRUPTED = 130


@app.command("import")
def import_files(
    files: Annotated[list[Path] | None, typer.Argument(help="Files, or folders of files.")] = None,
    mapping: Annotated[str, typer.Option(help="Mapping file, or the name of a shipped one.")] = "",
    shop: Annotated[str, typer.Option(help="Short name of the shop; needed when there are several.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen; store nothing.")] = False,
    rejects: Annotated[Path | None, typer.Option(help="Where rows that cannot go in are kept.")] = None,
    list_mappings: Annotated[bool, typer.Option("--list-mappings", help="Name the shipped ones.")] = False,
) -> None:
    """Bring customers, products, orders and conversations in from CSV, TSV, JSON, JSON Lines or Excel.

    Repeating it changes nothing. Rows that cannot go in are reported and kept; the rest goes in. Exit
    status: 0 everything is in, 1 some rows are not, 2 the import could not begin, 130 interrupted."""
    if list_mappings:
        setup_django()
        _list_mappings()
        return
    if not files or not mapping:
        fail("Say what to import: goldseam import FILE… --mapping MAP (see --list-mappings).", _WRONG)
    with database(checked_environment()):
        setup_django()
        from goldseam.commerce.importing.errors import ImportRefused
        from goldseam.core import audit
        from goldseam.site.prepare import pending_migrations

        if pending_migrations():
            fail("The database is not at this version; run `goldseam migrate` first.", _WRONG)
        audit.origin.set("cli")
        try:
            status = run_import(files, mapping, shop, rejects, dry_run=dry_run)
        except ImportRefused as error:
            fail(str(error), _WRONG)
    raise typer.Exit(status)


def run_import(files: list[Path], name: str, slug: str, rejects: Path | None, *, dry_run: bool) -> int:
    """Import and report; returns the exit status. `slug` may be empty when there is one shop only."""
    from goldseam.commerce.importing.errors import ImportRefused
    from goldseam.commerce.importing.mapping import find_mapping, load_mapping
    from goldseam.commerce.importing.plan import plan_import
    from goldseam.commerce.importing.rejects import RejectFile
    from goldseam.commerce.importing.runner import Importer
    from goldseam.commerce.importing.schema import COMMERCE
    from goldseam.conversations.importing import CONVERSATION
    from goldseam.knowledge.mapped import KNOWLEDGE
    from goldseam.site.data_report import print_report, progress_of

    target = _shop(slug)
    entities = {**COMMERCE, "conversation": CONVERSATION, **KNOWLEDGE}
    mapping = load_mapping(find_mapping(name), entities, ZoneInfo(target.timezone))
    plan = plan_import(mapping, files)
    tasks = plan.tasks
    kept = None if dry_run else RejectFile(rejects or _beside(files[0]))
    with progress_of(tasks) as advance:
        importer = Importer(target, mapping, kept, actor="import", advance=advance)
        importer.report.notes += [f"{name} is in the folder, but no source reads it." for name in plan.unread]
        refused = None
        try:
            report = importer.rehearse(tasks) if dry_run else importer.run(tasks)
        except ImportRefused as error:  # a later file: what the earlier ones did is stored and told
            refused, report = error, importer.report
    print_report(report, kept.path if kept else None, dry_run=dry_run)
    if refused is not None:
        raise refused
    if report.is_interrupted:
        return _INTERRUPTED
    return 1 if report.refused else 0


def _beside(file: Path) -> Path:
    """The default reject file: in the working folder, named after the first file."""
    return Path(f"{file.resolve().stem}.rejects.jsonl")


def _shop(slug: str) -> Shop:
    from goldseam.people.queries import all_shops

    shops = {shop.slug: shop for shop in all_shops()}
    if slug in shops:
        return shops[slug]
    if not slug and len(shops) == 1:
        return next(iter(shops.values()))
    if not shops:
        fail("There is no shop yet; goldseam create-admin makes one.", _WRONG)
    what = f"There is no shop {slug!r}" if slug else "Name the shop with --shop"
    return fail(f"{what}; there are: {', '.join(shops)}.", _WRONG)


def _list_mappings() -> None:
    from goldseam.commerce.importing.document import Document
    from goldseam.commerce.importing.mapping import shipped_mappings

    for name, path in shipped_mappings().items():
        typer.echo(f"{name:<20} {Document.read(path).root.take('title', str, '')}")
