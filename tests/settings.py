"""The site's settings in a home of the tests' own."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

HOME = Path(os.environ.setdefault("GOLDSEAM_HOME", tempfile.mkdtemp(prefix="goldseam-test-")))
os.environ["GOLDSEAM_MODE"] = "development"

from goldseam.site.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405  whitenoise warns of a missing folder
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
