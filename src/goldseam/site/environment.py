"""Settings from the environment, checked at start: a wrong value names the variable, the value and
what is allowed; an unknown variable is named too, with the one that was probably meant."""

from __future__ import annotations

import difflib
import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from email.utils import parseaddr
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from goldseam.core.llm.port import LlmSettings
from goldseam.core.postgres import DATABASE, USER, socket_folder

PREFIX = "GOLDSEAM_"
DATABASE_URL = "DATABASE_URL"
LLM_TASKS = ("draft", "rewrite", "summary", "answer")
_SECRET = frozenset({"secret_key", "database_url", "llm_key", "smtp_url", "embed_key"})
_MAIL_PORTS = {"smtps": 465, "smtp": 587, "smtp+plain": 25}
_SWITCH = "1 or 0"
_DEFAULT_HOME = "~/.local/share/goldseam"


class WrongEnvironment(ValueError):
    """The environment does not describe a runnable site; the message lists every wrong variable."""


def _variable(default: Any, meaning: str, allowed: str, **limits: Any) -> Any:
    return Field(
        default, description=meaning, json_schema_extra={"allowed": allowed}, validate_default=True, **limits
    )


class Environment(BaseModel):
    """All variables, without their prefix GOLDSEAM_ (DATABASE_URL has none)."""

    model_config = ConfigDict(frozen=True)

    mode: Literal["production", "demo", "development"] = _variable(
        "production",
        "production is strict everywhere; demo and development listen on this machine only",
        "production, demo or development",
    )
    home: Path = _variable(
        Path(_DEFAULT_HOME),
        "folder of the embedded PostgreSQL, the signing key and the collected static files",
        "a folder that can be written to, made if it is missing",
    )
    files: str = _variable(
        "",
        "folder of the attachments; GOLDSEAM_HOME/files when empty; several machines need the same one",
        "a folder that can be written to, made if it is missing",
    )
    file_limit: int = _variable(20, "size of one attachment in MB at most", "1 to 200", ge=1, le=200)
    public_url: str = _variable(
        "",
        "where customers reach the site, for the links they are sent; the address it listens on when empty",
        "an address such as https://care.example.com",
    )
    secret_key: str = _variable(
        "",
        "signs sessions; when empty, one is made and kept in GOLDSEAM_HOME; several machines need the same",
        "at least 32 characters",
    )
    hosts: str = _variable(
        "localhost,127.0.0.1,[::1]",
        "host names the site answers to",
        "names separated by commas; .example.com includes its subdomains",
    )
    bind: str = _variable("127.0.0.1", "address the web server listens on", "an IP address of this machine")
    port: int = _variable(8420, "port the web server listens on", "1 to 65535", ge=1, le=65535)
    https: bool = _variable(
        False, "1 behind a proxy that speaks HTTPS and sets X-Forwarded-Proto: secure cookies, HSTS", _SWITCH
    )
    web_processes: int = _variable(
        1, "web processes that `goldseam up` starts on one port", "1 to 64", ge=1, le=64
    )
    worker_threads: int = _variable(4, "jobs one worker does at the same time", "1 to 64", ge=1, le=64)
    webhook_private: bool = _variable(False, "1 lets webhooks call into private networks", _SWITCH)
    api_rate: int = _variable(
        600, "API calls a token may make per minute", "1 to 1000000", ge=1, le=1_000_000
    )
    smtp_url: str = _variable(
        "",
        "mail server for replies to customers who left the chat; empty: that is not offered",
        "smtp://user:password@host:587 (STARTTLS), smtps://… (TLS) or smtp+plain://… (neither)",
    )
    mail_from: str = _variable(
        "", "sender of those mails; needed with GOLDSEAM_SMTP_URL", "such as Shop <care@shop.example>"
    )
    llm_url: str = _variable(
        "",
        "endpoint of a language model with the OpenAI routes; empty: none, and everything works without",
        "http:// or https:// address, usually ending in /v1",
    )
    llm_key: str = _variable("", "key of that endpoint", "as its provider gives it")
    llm_model: str = _variable("", "name of the model", "a name that the endpoint knows")
    llm_models: str = _variable(
        "",
        "other models for single tasks (draft, rewrite, summary, answer)",
        "task=model, separated by commas",
    )
    llm_timeout: float = _variable(20, "seconds until a call is given up", "1 to 300", ge=1, le=300)
    llm_retries: int = _variable(1, "times a failed call is tried again", "0 to 5", ge=0, le=5)
    llm_price_in: Decimal = _variable(
        Decimal(0), "price of a million tokens asked", "0 or more", ge=0, max_digits=12
    )
    llm_price_out: Decimal = _variable(
        Decimal(0), "price of a million tokens answered", "0 or more", ge=0, max_digits=12
    )
    llm_daily_cost: Decimal = _variable(
        Decimal(0), "most that a shop may spend a day; 0: no limit", "0 or more", ge=0, max_digits=12
    )
    llm_daily_calls: int = _variable(
        2000, "most calls a shop may make a day", "0 to 1000000", ge=0, le=1_000_000
    )
    embed_url: str = _variable(
        "",
        "endpoint of a sentence model with the OpenAI embeddings route; empty: the installed model",
        "http:// or https:// address, usually ending in /v1",
    )
    embed_key: str = _variable("", "key of that endpoint", "as its provider gives it")
    embed_model: str = _variable("", "name of the sentence model there", "a name that the endpoint knows")
    database_url: str = _variable(
        "",
        "a PostgreSQL (16 or newer) to use instead of the embedded one",
        "postgresql://user:password@host:port/name",
    )

    @field_validator("home")
    @classmethod
    def _whole_path(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("public_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query):
            raise ValueError("not a web address")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _postgres_only(cls, value: str) -> str:
        if value:
            try:
                parts = conninfo_to_dict(value)
            except psycopg.ProgrammingError as error:
                raise ValueError(str(error).strip()) from None
            if not value.startswith(("postgresql://", "postgres://")) or not parts.get("dbname"):
                raise ValueError("not the address of a PostgreSQL database")
        return value

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: str) -> str:
        if value and len(value) < 32:
            raise ValueError("too short")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in _MAIL_PORTS or not parts.hostname or parts.port == 0):
            raise ValueError("not the address of a mail server")
        return value

    @field_validator("mail_from")
    @classmethod
    def _mail_address(cls, value: str) -> str:
        if value and (not value.isprintable() or "@" not in parseaddr(value)[1]):
            raise ValueError("not a mail address")
        return value

    @field_validator("llm_url", "embed_url")
    @classmethod
    def _model_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError("not a web address")
        return value

    @field_validator("llm_models")
    @classmethod
    def _task_models(cls, value: str) -> str:
        for pair in filter(None, value.split(",")):
            task, sign, model = pair.partition("=")
            if task.strip() not in LLM_TASKS or not sign or not model.strip():
                raise ValueError("not task=model")
        return value

    @field_validator("hosts")
    @classmethod
    def _host_names(cls, value: str) -> str:
        names = [name.strip() for name in value.split(",") if name.strip()]
        if not names or any("/" in name or " " in name for name in names):
            raise ValueError("not host names")
        return ",".join(names)

    @field_validator("bind")
    @classmethod
    def _address(cls, value: str) -> str:
        return str(ipaddress.ip_address(value))

    @model_validator(mode="after")
    def _mail_has_a_sender(self) -> Environment:
        if self.smtp_url and not self.mail_from:
            raise ValueError(f"{PREFIX}MAIL_FROM: needed when {PREFIX}SMTP_URL is set")
        return self

    @model_validator(mode="after")
    def _demo_stays_here(self) -> Environment:
        if self.mode != "production" and not ipaddress.ip_address(self.bind).is_loopback:
            raise ValueError(
                f"{PREFIX}BIND={self.bind!r}: only 127.0.0.1 or ::1 with GOLDSEAM_MODE={self.mode}"
            )
        return self

    @property
    def files_folder(self) -> Path:
        """Where attachments lie."""
        return Path(self.files).expanduser().absolute() if self.files else self.home / "files"

    @property
    def sends_mail(self) -> bool:
        """Whether there is a mail server."""
        return bool(self.smtp_url)

    @property
    def customer_url(self) -> str:
        """What links for customers begin with."""
        return self.public_url or self.url

    @property
    def url(self) -> str:
        """Where a browser on this machine finds the site."""
        host = "127.0.0.1" if self.bind in ("0.0.0.0", "::") else self.bind  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable, as the documentation and `goldseam doctor` show it."""

    name: str
    field: str
    default: str
    meaning: str
    allowed: str
    secret: bool


def variables() -> tuple[Variable, ...]:
    """Every variable there is."""
    found = []
    for field, info in Environment.model_fields.items():
        default = _DEFAULT_HOME if field == "home" else info.default
        found.append(
            Variable(
                name=DATABASE_URL if field == "database_url" else PREFIX + field.upper(),
                field=field,
                default=str(int(default)) if isinstance(default, bool) else str(default),
                meaning=str(info.description),
                allowed=str(cast("dict[str, Any]", info.json_schema_extra)["allowed"]),
                secret=field in _SECRET,
            )
        )
    return tuple(found)


def read_environment(environ: Mapping[str, str] | None = None) -> Environment:
    """The checked settings; raises `WrongEnvironment` with one line per wrong variable."""
    environ = os.environ if environ is None else environ
    known = {variable.name: variable for variable in variables()}
    wrong = [
        _unknown(name, known) for name in sorted(environ) if name.startswith(PREFIX) and name not in known
    ]
    given = {
        variable.field: environ[name].strip()
        for name, variable in known.items()
        if environ.get(name, "").strip()
    }
    try:
        environment = Environment.model_validate(given)
    except ValidationError as error:
        fields = {variable.field: variable for variable in known.values()}
        wrong += [_explain(dict(problem), fields) for problem in error.errors()]
        raise WrongEnvironment("\n".join(wrong)) from None
    if wrong:
        raise WrongEnvironment("\n".join(wrong))
    return environment


def _unknown(name: str, known: Mapping[str, Variable]) -> str:
    tails = {known_name.removeprefix(PREFIX): known_name for known_name in known}
    near = difflib.get_close_matches(name.removeprefix(PREFIX), tails, n=1, cutoff=0.5)
    hint = f"did you mean {tails[near[0]]}?" if near else f"known are {', '.join(known)}"
    return f"{name}: there is no such variable; {hint}"


def _explain(problem: Mapping[str, Any], fields: Mapping[str, Variable]) -> str:
    if not problem["loc"]:
        return str(problem["msg"]).removeprefix("Value error, ")
    variable = fields[str(problem["loc"][0])]
    value = "(hidden)" if variable.secret else repr(problem["input"])
    return f"{variable.name}={value}: allowed is {variable.allowed}"


def llm_settings(environment: Environment) -> LlmSettings:
    """The settings of the language model, as the port reads them."""
    pairs = [pair.partition("=") for pair in environment.llm_models.split(",") if pair]
    return LlmSettings(
        url=environment.llm_url,
        key=environment.llm_key,
        model=environment.llm_model,
        models=tuple((task.strip(), model.strip()) for task, _, model in pairs),
        timeout=environment.llm_timeout,
        retries=environment.llm_retries,
        price_in=environment.llm_price_in,
        price_out=environment.llm_price_out,
        daily_cost=environment.llm_daily_cost,
        daily_calls=environment.llm_daily_calls,
    )


def mail_settings(environment: Environment) -> dict[str, Any]:
    """Django's settings for sending mail."""
    parts = urlsplit(environment.smtp_url)
    return {
        "EMAIL_HOST": parts.hostname or "",
        "EMAIL_PORT": parts.port or _MAIL_PORTS.get(parts.scheme, 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": 20,
        "DEFAULT_FROM_EMAIL": environment.mail_from,
    }


def database_settings(environment: Environment) -> dict[str, Any]:
    """Django's DATABASES entry for DATABASE_URL or the embedded server in HOME."""
    options: dict[str, Any] = {"pool": {"min_size": 1, "max_size": 16, "timeout": 10, "max_idle": 120}}
    base = {"ENGINE": "django.db.backends.postgresql", "CONN_HEALTH_CHECKS": True}
    if not environment.database_url:
        host = str(socket_folder(environment.home / "postgres"))
        return base | {"NAME": DATABASE, "USER": USER, "HOST": host, "OPTIONS": options}
    parts = conninfo_to_dict(environment.database_url)
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    given = {django: str(parts.pop(libpq, None) or "") for django, libpq in names.items()}
    return base | given | {"OPTIONS": options | parts}
