"""The signing key: given in the environment, or made once and kept in HOME, readable by its owner only."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile

from goldseam.site.environment import Environment


def secret_key(environment: Environment) -> str:
    """The site's key. Several machines must share one through GOLDSEAM_SECRET_KEY."""
    if environment.secret_key:
        return environment.secret_key
    path = environment.home / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, fresh = tempfile.mkstemp(dir=path.parent, prefix=".secret_key.")  # mode 0600
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):  # another process of ours was faster
            os.link(fresh, path)  # whole or not at all
        os.unlink(fresh)
    return path.read_text().strip()
