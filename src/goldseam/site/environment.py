"""Settings from the environment, checked at start: a wrong value names the variable, the value and
what is allowed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

PREFIX = "GOLDSEAM_"


class WrongEnvironment(ValueError):
    """The environment does not describe a runnable site; the message lists every wrong variable."""


class Environment(BaseModel):
    """All variables, without their prefix GOLDSEAM_ (DATABASE_URL has none)."""

    model_config = ConfigDict(frozen=True)

    mode: Literal["production", "demo", "development"] = Field(
        "production",
        description="production: everything strict; demo and development run on this machine only",
    )
    home: Path = Field(
        default_factory=lambda: Path("~/.local/share/goldseam").expanduser(),
        description="folder of the embedded PostgreSQL and of files",
    )
    secret_key: str = Field("", description="at least 32 characters; made and kept in HOME when empty")
    hosts: str = Field(
        "localhost,127.0.0.1,[::1]", description="host names that the site answers to, by commas"
    )
    bind: str = Field("127.0.0.1", description="address that the web server listens on")
    port: int = Field(8420, ge=1, le=65535, description="port that the web server listens on")
    https: bool = Field(False, description="1 behind an HTTPS proxy: secure cookies, HSTS")
    webhook_private: bool = Field(False, description="1 lets webhooks call into private networks")
    api_rate: int = Field(600, ge=1, le=1_000_000, description="API calls a token may make per minute")
    database_url: str = Field("", description="a real PostgreSQL instead of the embedded one")

    @field_validator("database_url")
    @classmethod
    def _postgres_only(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in ("postgres", "postgresql"):
            raise ValueError("must begin with postgresql://")
        return value

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: str) -> str:
        if value and len(value) < 32:
            raise ValueError("must have at least 32 characters")
        return value


def read_environment(environ: Mapping[str, str] | None = None) -> Environment:
    """The checked settings; raises with one line per wrong variable."""
    environ = os.environ if environ is None else environ
    names = {field: PREFIX + field.upper() for field in Environment.model_fields}
    names["database_url"] = "DATABASE_URL"
    given = {field: environ[name] for field, name in names.items() if environ.get(name, "") != ""}
    try:
        return Environment.model_validate(given)
    except ValidationError as error:
        lines = []
        for problem in error.errors():
            field = str(problem["loc"][0])
            value = "(hidden)" if field in ("secret_key", "database_url") else repr(problem["input"])
            lines.append(f"{names[field]}={value}: {problem['msg']}")
        raise WrongEnvironment("\n".join(lines)) from None


def database_settings(environment: Environment) -> dict[str, object]:
    """Django's DATABASES entry for DATABASE_URL or the embedded server in HOME."""
    base: dict[str, object] = {"ENGINE": "django.db.backends.postgresql", "OPTIONS": {"pool": True}}
    if not environment.database_url:
        return base | {"NAME": "postgres", "USER": "postgres", "HOST": str(environment.home / "postgres")}
    url = urlsplit(environment.database_url)
    host = dict(part.split("=", 1) for part in url.query.split("&") if "=" in part).get("host", url.hostname)
    return base | {
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": unquote(host or ""),
        "PORT": url.port or "",
    }
