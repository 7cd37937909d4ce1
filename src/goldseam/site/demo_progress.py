"""Load the demo shop while a bar moves, then say how to sign in."""

from __future__ import annotations

from django.conf import settings
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from goldseam.demo.load import load_demo
from goldseam.site.running import say


def load_with_progress() -> None:
    """Load what is missing; where nobody watches, one line per finished part."""
    columns = (
        TextColumn("demo        {task.description:<16}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    console = Console()
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        parts: dict[str, TaskID] = {}

        def progress(part: str, done: int, total: int) -> None:
            if part not in parts:
                parts[part] = bars.add_task(part, total=total)
            bars.update(parts[part], completed=done, total=total)
            if done >= total and not console.is_terminal:
                say("demo", f"{part}: {total}")

        sign_ins = load_demo(progress)
    for person in sign_ins:
        say("sign in", f"{person.role:<6} {person.email}  {person.password}")
    say("shop page", f"{settings.ENVIRONMENT.customer_url}/shop/demo/")
