"""Static files over ASGI: WhiteNoise knows the files, their types, caching and compressed twins; this hands
them out without going through Django's middleware (a synchronous file under ASGI would be read whole)."""

from __future__ import annotations

import asyncio
import re
from http import HTTPStatus
from pathlib import Path

from whitenoise import WhiteNoise
from whitenoise.responders import MissingFileError

from goldseam.core.stream import Scope, Send, answer

_CHUNK = 256 * 1024
_HASHED = re.compile(r"^.+\.[0-9a-f]{12}\..+$")
_ASKED = ("if-modified-since", "if-none-match", "accept-encoding", "range")


class StaticFiles:
    """The files below `root`, served under `prefix`; with a content hash in their name they never expire."""

    def __init__(self, root: Path, prefix: str) -> None:
        self.prefix = prefix
        self._files = WhiteNoise(
            None,
            max_age=60,
            allow_all_origins=False,
            immutable_file_test=lambda _path, url: bool(_HASHED.match(url)),
        )
        if root.is_dir():
            self._files.add_files(str(root), prefix)

    async def __call__(self, scope: Scope, send: Send) -> None:
        """Answer one GET or HEAD."""
        file = self._files.files.get(scope["path"])
        if file is None:
            await answer(send, 404, b"There is no such file.\n")
            return
        given = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        asked = {f"HTTP_{name.upper().replace('-', '_')}": given[name] for name in _ASKED if name in given}
        try:
            found = await asyncio.to_thread(file.get_response, scope["method"], asked)
        except MissingFileError:
            await answer(send, 404, b"There is no such file.\n")
            return
        headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in found.headers]
        headers.append((b"x-content-type-options", b"nosniff"))
        await send(
            {"type": "http.response.start", "status": HTTPStatus(found.status).value, "headers": headers}
        )
        if found.file is not None:
            with found.file as content:
                while part := await asyncio.to_thread(content.read, _CHUNK):
                    await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
