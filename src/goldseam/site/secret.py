"""The signing key: given in the environment, or made once and kept in HOME, readable by its owner only."""

from __future__ import annotations

import os
import secrets

from goldseam.site.environment import Environment


def secret_key(environment: Environment) -> str:
    """The site's key. Several machines must share one through GOLDSEAM_SECRET_KEY."""
    if environment.secret_key:
        return environment.secret_key
    path = environment.home / "secret_key"
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process of ours was faster
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        key = secrets.token_urlsafe(48)
        file.write(key)
    return key
