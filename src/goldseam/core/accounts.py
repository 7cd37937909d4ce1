"""Under which account the embedded PostgreSQL runs: ours, or one of its own when we are root, which
PostgreSQL refuses to be."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ACCOUNT = "goldseam"


@dataclass(frozen=True, slots=True)
class Owner:
    """The account that owns the data. `switch` is set when it is not the one we run as."""

    uid: int
    gid: int
    switch: bool

    def as_process(self) -> dict[str, Any]:
        """What makes `subprocess` run a program under this account, in a plain environment."""
        env = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}
        identity = {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}
        return {"env": env, **identity}

    def give(self, path: Path) -> None:
        """Make a file or folder this account's."""
        if self.switch:
            os.chown(path, self.uid, self.gid)


def owner_for(folder: Path, programs: Path) -> Owner:
    """Who runs the server on `folder`: ourselves; as root, whoever owns the folder, else the account
    "goldseam", which is made if need be and let through (not into) the folders above both paths."""
    if os.geteuid() != 0:
        return Owner(os.geteuid(), os.getegid(), switch=False)
    if folder.exists() and folder.stat().st_uid != 0:
        found = folder.stat()
        owner = Owner(found.st_uid, found.st_gid, switch=True)
    else:
        entry = _ensure_account()
        owner = Owner(entry.pw_uid, entry.pw_gid, switch=True)
    for path in (folder, programs / "postgres"):
        _let_through(path)
    return owner


def _ensure_account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        pass
    command = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if command is None:
        raise RuntimeError(
            f"PostgreSQL does not run as root and there is no `useradd` to make the account {ACCOUNT}: "
            "make it by hand, or start Goldseam as another user."
        )
    subprocess.run(
        [command, "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT],
        check=False,  # another process of ours may have been faster
        capture_output=True,
    )
    return pwd.getpwnam(ACCOUNT)


def _let_through(path: Path) -> None:
    """Add the right to pass (not to list) to the folders above `path` where others lack it."""
    for parent in path.parents:
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            parent.chmod(mode | stat.S_IXOTH)
