"""The database's history, the same on the embedded server, on any PostgreSQL and on Supabase."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from allokoli.core.database import APP_ROLE, admin_url, app_password
from allokoli.core.errors import BadSetting
from allokoli.core.settings import Settings, get_settings

_FOLDER = Path(__file__).parent
_LOCK = 4_207_849


def migrate(revision: str = "head") -> None:
    """Bring the database to a revision; safe to run twice, and by two processes at once.

    Args:
        revision: an Alembic revision.
    """
    settings = get_settings()
    engine = create_engine(admin_url(settings), connect_args={"connect_timeout": 10})
    with _connect(engine) as connection:
        connection.execute(text("select pg_advisory_lock(:lock)"), {"lock": _LOCK})
        connection.commit()
        try:
            _ensure_app_role(connection, settings)
            config = alembic_config()
            config.attributes["connection"] = connection
            if revision == "base" or revision.startswith("-"):
                command.downgrade(config, revision)
            else:
                command.upgrade(config, revision)
        finally:
            connection.rollback()
            connection.execute(text("select pg_advisory_unlock(:lock)"), {"lock": _LOCK})
            connection.commit()
    engine.dispose()


def _connect(engine: Engine) -> Connection:
    try:
        return engine.connect()
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise BadSetting(f"No database at ALLOKOLI_DATABASE_URL: {reason}") from None


def alembic_config() -> Config:
    """Alembic's configuration, with no file."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.set_main_option("path_separator", "os")
    return config


def _ensure_app_role(connection: Connection, settings: Settings) -> None:
    """Make the role the application connects as, and give it today's password.

    Raises:
        BadSetting: a role of that name exists and could see every organization's rows.
    """
    known = {
        row.rolname: row.strong
        for row in connection.execute(
            text("select rolname, rolsuper or rolbypassrls as strong from pg_roles")
        )
    }
    if known.get(APP_ROLE):
        raise BadSetting(f"The database role {APP_ROLE} must not bypass row-level security.")
    if "authenticated" not in known:
        connection.exec_driver_sql("create role authenticated nologin")
    if APP_ROLE not in known:
        connection.exec_driver_sql(f"create role {APP_ROLE} login noinherit")
    # Hexadecimal digits: nothing to quote.
    connection.exec_driver_sql(f"alter role {APP_ROLE} password '{app_password(settings)}'")
    connection.exec_driver_sql(f"grant authenticated to {APP_ROLE}")
    connection.commit()
