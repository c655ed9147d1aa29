"""`allokoli doctor`: what is ready on this machine, and what is not."""

import shutil
from collections.abc import Callable

import typer
from sqlalchemy import create_engine, text

from allokoli.cli import preflight
from allokoli.core.database import admin_url
from allokoli.core.errors import AlloKoliError
from allokoli.core.settings import Settings, get_settings


def examine() -> int:
    """Print one line a part.

    Returns:
        0 when everything is ready, 1 otherwise.
    """
    settings = get_settings()
    checks: list[tuple[str, Callable[[Settings], str]]] = [
        ("data", _data),
        ("database", _database),
        ("speech models", _models),
        ("interface", _interface),
        ("mail", _mail),
    ]
    failures = 0
    for name, check in checks:
        try:
            typer.echo(f"ok    {name}: {check(settings)}")
        except AlloKoliError as error:
            failures += 1
            typer.echo(f"FAIL  {name}: {error.message}")
    return 1 if failures else 0


def _data(settings: Settings) -> str:
    free = shutil.disk_usage(settings.data_dir).free // 1_000_000
    return f"{settings.data_dir}, {free} MB free"


def _database(settings: Settings) -> str:
    engine = create_engine(admin_url(settings))
    with engine.connect() as connection:
        version = connection.execute(text("show server_version")).scalar_one()
    engine.dispose()
    return f"PostgreSQL {version}"


def _models(settings: Settings) -> str:
    preflight.models_are_there(settings)
    return str(settings.models_dir)


def _interface(_settings: Settings) -> str:
    preflight.interface_is_built()
    return "built"


def _mail(settings: Settings) -> str:
    return "SMTP" if settings.smtp_url else "no SMTP server: mails stay in the outbox page"
