"""Every gate of the house, one after the other; all are run, and the exit code is 1 if any fails."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
CODE = ["src", "tests", "tests_llm", "tools", "bench"]
GATES: dict[str, list[str]] = {
    "style": [str(BIN / "ruff"), "check", "--quiet", *CODE],
    "format": [str(BIN / "ruff"), "format", "--check", "--quiet", *CODE],
    "types": [str(BIN / "mypy")],
    "architecture": [str(BIN / "lint-imports"), "--no-logo"],
    "rooms": [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/house"],
    "migrations": [sys.executable, "-m", "django", "makemigrations", "--check", "--dry-run"],
    "settings": [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "ERROR"],
    "templates": [sys.executable, "tools/templates.py"],
    "translations": [sys.executable, "tools/translations.py", "check"],
}


def main() -> None:
    """Run them all."""
    failed = []
    with tempfile.TemporaryDirectory() as home:
        environ = os.environ | {
            "GOLDSEAM_HOME": home,
            "DJANGO_SETTINGS_MODULE": "goldseam.site.settings",
            "PYTHONWARNINGS": "ignore::RuntimeWarning",  # no database is needed to compare models
        }
        for name, command in GATES.items():
            began = time.monotonic()
            done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
            verdict = "ok" if done.returncode == 0 else "FAILED"
            sys.stdout.write(f"{name:<14} {verdict:<7} {time.monotonic() - began:5.1f} s\n")
            if done.returncode != 0:
                failed.append(name)
                sys.stdout.write(f"{done.stdout}{done.stderr}\n")
            sys.stdout.flush()
    if failed:
        sys.exit(f"check: {', '.join(failed)} failed")


if __name__ == "__main__":
    main()
