"""One real PostgreSQL for the whole run, migrated once, emptied between tests."""

import asyncio
import os
import shutil
import tempfile
from pathlib import Path

import call_time
import pytest
import structlog
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

_FOLDER = Path(tempfile.mkdtemp(prefix="allokoli-tests-"))
_FOLDER.chmod(0o755)
os.environ["ALLOKOLI_DATA_DIR"] = str(_FOLDER)
os.environ.pop("ALLOKOLI_DATABASE_URL", None)
os.environ["ALLOKOLI_LOG_LEVEL"] = "WARNING"

from allokoli.blueprint.caller import warm as warm_callers
from allokoli.core import clock, database, events
from allokoli.core.embedded_postgres import EmbeddedPostgres
from allokoli.core.migrations import migrate
from allokoli.core.security import passwords
from allokoli.core.settings import Settings, get_settings

# Drawing a traceback with its frames' values, structlog's default, takes seconds.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.JSONRenderer(default=str),
    ]
)


def pytest_asyncio_loop_factories() -> dict[str, type[call_time.Loop]]:
    """The one kind of loop that tests run on."""
    return {"call_time": call_time.Loop}


@pytest.fixture(scope="session", autouse=True)
def passwords_cost_little():
    """argon2id at its least cost: the recommended one is half the time of a test that signs up.

    Gives what the product itself hashes with.
    """
    hasher = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    products_own = passwords._hasher
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(passwords, "_hasher", lambda: hasher)
        yield products_own


@pytest.fixture(autouse=True)
def calls_take_their_time(request: pytest.FixtureRequest):
    """Calls by voice within this process hear as well on a slow machine as on a fast one."""
    marks = {mark.name for mark in request.node.iter_markers()}
    if "audio" in marks and not marks & {"process", "browser"}:
        with call_time.at_the_calls_pace():
            yield
    else:
        yield


@pytest.fixture(scope="session")
def postgres():
    """A server of our own, stopped and removed at the end."""
    server = EmbeddedPostgres(get_settings().postgres_dir)
    server.start()
    yield server
    asyncio.run(database.dispose())
    server.stop()
    shutil.rmtree(_FOLDER, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated(postgres) -> Settings:
    """The same server with every migration applied; sentences are warmed as engines do."""
    migrate()
    warm_callers()
    return get_settings()


@pytest.fixture
async def settings(migrated: Settings):
    """An empty, migrated database, and the settings that lead to it."""
    yield migrated
    await events.close()
    await asyncio.to_thread(_empty, migrated)


@pytest.fixture
def data_folder():
    """A folder for a whole product's data, open enough for a server that runs as another user."""
    parent = Path(tempfile.mkdtemp(prefix="allokoli-product-"))
    parent.chmod(0o755)
    yield parent / "data"
    shutil.rmtree(parent, ignore_errors=True)


@pytest.fixture
def at():
    """Set the product's clock: `at(datetime(...))`."""
    yield lambda moment: clock.set_source(lambda: moment)
    clock.set_source(None)


def _empty(settings: Settings) -> None:
    import psycopg

    url = database.admin_url(settings).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        tables = connection.execute(
            "select format('%I.%I', schemaname, tablename) from pg_tables"
            " where schemaname in ('public', 'engine', 'jobs')"
            " and tablename not in ('alembic_version')"
        ).fetchall()
        # Emptying small tables row by row takes a tenth of the time of truncating them all.
        emptied = "; ".join(f"delete from {name}" for (name,) in tables)
        connection.execute(f"set session_replication_role = replica; {emptied}")
