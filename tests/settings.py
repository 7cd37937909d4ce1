"""The site's settings in a home of the tests' own."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

HOME = Path(tempfile.mkdtemp(prefix="goldseam-test-"))  # never the home of a real site
os.environ["GOLDSEAM_HOME"] = str(HOME)
os.environ["GOLDSEAM_MODE"] = "development"

from goldseam.site.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
