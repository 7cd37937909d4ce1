"""Settings from the environment: every wrong value is named with what is allowed."""

from __future__ import annotations

import pytest

from goldseam.site.environment import (
    WrongEnvironment,
    database_settings,
    mail_settings,
    read_environment,
    variables,
)
from goldseam.site.secret import secret_key


def test_nothing_set_means_the_defaults():
    environment = read_environment({"PATH": "/bin"})
    assert (environment.mode, environment.port, environment.https) == ("production", 8420, False)
    assert environment.home.is_absolute()
    assert environment.url == "http://127.0.0.1:8420"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("GOLDSEAM_MODE", "debug", "GOLDSEAM_MODE='debug': allowed is production, demo or development"),
        ("GOLDSEAM_PORT", "0", "GOLDSEAM_PORT='0': allowed is 1 to 65535"),
        ("GOLDSEAM_PORT", "eighty", "GOLDSEAM_PORT='eighty': allowed is 1 to 65535"),
        ("GOLDSEAM_HTTPS", "perhaps", "GOLDSEAM_HTTPS='perhaps': allowed is 1 or 0"),
        ("GOLDSEAM_BIND", "example.com", "GOLDSEAM_BIND='example.com': allowed is an IP address"),
        ("GOLDSEAM_HOSTS", "http://a/", "GOLDSEAM_HOSTS='http://a/': allowed is names separated by commas"),
        ("GOLDSEAM_HOSTS", " , ", "GOLDSEAM_HOSTS=',': allowed is names separated by commas"),
        ("GOLDSEAM_WEB_PROCESSES", "65", "GOLDSEAM_WEB_PROCESSES='65': allowed is 1 to 64"),
        ("GOLDSEAM_WORKER_THREADS", "-1", "GOLDSEAM_WORKER_THREADS='-1': allowed is 1 to 64"),
        ("GOLDSEAM_API_RATE", "1e9", "GOLDSEAM_API_RATE='1e9': allowed is 1 to 1000000"),
        ("GOLDSEAM_SECRET_KEY", "short", "GOLDSEAM_SECRET_KEY=(hidden): allowed is at least 32 characters"),
        ("DATABASE_URL", "mysql://u:secret@h/d", "DATABASE_URL=(hidden): allowed is postgresql://"),
        ("DATABASE_URL", "postgresql://host", "DATABASE_URL=(hidden): allowed is postgresql://"),
        ("GOLDSEAM_SMTP_URL", "http://x", "GOLDSEAM_SMTP_URL=(hidden): allowed is smtp://user"),
        ("GOLDSEAM_SMTP_URL", "smtp://", "GOLDSEAM_SMTP_URL=(hidden): allowed is smtp://user"),
        ("GOLDSEAM_SMTP_URL", "smtp://h:99999", "GOLDSEAM_SMTP_URL=(hidden): allowed is smtp://user"),
        ("GOLDSEAM_SMTP_URL", "smtp://h", "GOLDSEAM_MAIL_FROM: needed when GOLDSEAM_SMTP_URL is set"),
        ("GOLDSEAM_MAIL_FROM", "nobody", "GOLDSEAM_MAIL_FROM='nobody': allowed is such as Shop"),
        ("GOLDSEAM_PROT", "1", "GOLDSEAM_PROT: there is no such variable; did you mean GOLDSEAM_PORT?"),
        ("GOLDSEAM_XYZZY", "1", "GOLDSEAM_XYZZY: there is no such variable; known are GOLDSEAM_MODE"),
    ],
)
def test_a_wrong_value_names_variable_value_and_what_is_allowed(name: str, value: str, said: str):
    with pytest.raises(WrongEnvironment) as caught:
        read_environment({name: value})
    assert said in str(caught.value)
    assert "secret@" not in str(caught.value)


def test_all_wrong_variables_are_named_at_once():
    with pytest.raises(WrongEnvironment) as caught:
        read_environment({"GOLDSEAM_PORT": "x", "GOLDSEAM_MODE": "y", "GOLDSEAM_HOEM": "z"})
    assert len(str(caught.value).splitlines()) == 3


@pytest.mark.parametrize("mode", ["demo", "development"])
def test_what_is_not_production_listens_on_this_machine_only(mode: str):
    with pytest.raises(WrongEnvironment, match=f"with GOLDSEAM_MODE={mode}"):
        read_environment({"GOLDSEAM_MODE": mode, "GOLDSEAM_BIND": "0.0.0.0"})
    assert read_environment({"GOLDSEAM_MODE": mode, "GOLDSEAM_BIND": "::1"}).url == "http://[::1]:8420"


@pytest.mark.parametrize("value", ["1", "true", "yes", "on"])
def test_switches_understand_what_people_write(value: str):
    assert read_environment({"GOLDSEAM_HTTPS": value}).https is True


def test_a_database_url_becomes_djangos_settings():
    environment = read_environment({"DATABASE_URL": "postgresql://me:p%40ss@db:6432/gold?sslmode=require"})
    settings = database_settings(environment)
    assert (settings["HOST"], settings["PORT"], settings["NAME"]) == ("db", "6432", "gold")
    assert (settings["USER"], settings["PASSWORD"]) == ("me", "p@ss")
    assert settings["OPTIONS"]["sslmode"] == "require"
    assert settings["CONN_HEALTH_CHECKS"] is True


def test_without_one_the_embedded_server_is_used(tmp_path):
    settings = database_settings(read_environment({"GOLDSEAM_HOME": str(tmp_path)}))
    assert settings["HOST"] == str(tmp_path / "postgres")


def test_every_variable_is_explained():
    assert len(variables()) >= 10
    for variable in variables():
        assert variable.meaning
        assert variable.allowed


def test_the_signing_key_is_made_once_and_private(tmp_path):
    environment = read_environment({"GOLDSEAM_HOME": str(tmp_path / "new")})
    key = secret_key(environment)
    assert len(key) >= 60
    assert secret_key(environment) == key
    assert (tmp_path / "new" / "secret_key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["secret_key"]
    given = "x" * 40
    assert secret_key(read_environment({"GOLDSEAM_SECRET_KEY": given})) == given


@pytest.mark.parametrize(
    ("url", "host", "port", "user", "tls", "ssl"),
    [
        ("smtp://li:p%40ss@mail.example", "mail.example", 587, "li", True, False),
        ("smtps://mail.example", "mail.example", 465, "", False, True),
        ("smtp+plain://localhost:2525", "localhost", 2525, "", False, False),
    ],
)
def test_a_mail_server_is_one_address(url: str, host: str, port: int, user: str, tls: bool, ssl: bool):
    environment = read_environment(
        {"GOLDSEAM_SMTP_URL": url, "GOLDSEAM_MAIL_FROM": "Shop <care@shop.example>"}
    )
    found = mail_settings(environment)
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"], found["EMAIL_HOST_USER"]) == (host, port, user)
    assert (found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (tls, ssl)
    assert found["EMAIL_HOST_PASSWORD"] == ("p@ss" if user else "")
    assert environment.sends_mail
    assert not read_environment({}).sends_mail
