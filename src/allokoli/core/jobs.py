"""Background jobs, kept in PostgreSQL by procrastinate.

A job takes ids only, acts as its organization, and may be run twice: what it did the first time is
found and not done again.
"""

import importlib
import json
from collections.abc import Callable, Coroutine
from functools import lru_cache
from typing import Any

import procrastinate
from procrastinate import App, BaseRetryStrategy, PsycopgConnector, RetryStrategy
from procrastinate.tasks import Task
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core.database import app_conninfo
from allokoli.core.settings import get_settings

SCHEMA = "jobs"

# Each module defines its tasks when imported; the worker imports them all.
TASK_MODULES = (
    "allokoli.core.mail",
    "allokoli.engine.calls.tasks",
    "allokoli.engine.campaigns.tasks",
    "allokoli.engine.chats.tasks",
    "allokoli.engine.files.tasks",
    "allokoli.engine.reporting.tasks",
    "allokoli.engine.testing.tasks",
    "allokoli.platform.tasks",
    "allokoli.configurator.tasks",
    "allokoli.configurator.voice_tasks",
    "allokoli.configurator.rehearsals.tasks",
)

PATIENT = RetryStrategy(max_attempts=12, exponential_wait=3)
_STALLED_AFTER_S = 60.0
_FAILED_KEPT_HOURS = 30 * 24

Job = Callable[..., Coroutine[Any, Any, None]]
_blueprint = procrastinate.Blueprint()


def task(
    name: str, *, retry: BaseRetryStrategy | int | bool = PATIENT
) -> Callable[[Job], Task[Any, Any, Any]]:
    """Declare a job.

    Args:
        name: `wing.verb`, stable: it is stored with the queued jobs.
        retry: when to try again after an error.
    """
    return _blueprint.task(name=name, retry=retry)


def periodic(name: str, *, cron: str) -> Callable[[Job], Any]:
    """Declare a job run on a schedule; it receives `timestamp`, in Unix seconds.

    Args:
        name: `wing.verb`.
        cron: five or six fields (the sixth is seconds).
    """

    def declare(job: Job) -> Any:
        return _blueprint.periodic(cron=cron)(
            _blueprint.task(name=name, queueing_lock=name, pass_context=False)(job)
        )

    return declare


async def defer(
    opened: AsyncSession,
    job: Task[Any, Any, Any],
    *,
    delay_s: float = 0,
    lock: str | None = None,
    **arguments: Any,
) -> None:
    """Queue a job inside the session's transaction: it exists if and only if that commits.

    Args:
        opened: the session.
        job: a function declared with `task`.
        delay_s: earliest start, in seconds from now.
        lock: jobs with the same lock run one after the other.
        arguments: what the job takes; ids and scalars.
    """
    await opened.execute(
        text("select jobs.enqueue(:name, cast(:arguments as jsonb), :lock, :delay_s)"),
        {
            "name": job.name,
            "arguments": json.dumps(arguments, default=str),
            "lock": lock,
            "delay_s": delay_s,
        },
    )


@_blueprint.periodic(cron="* * * * *")
@_blueprint.task(name="core.retry_stalled", queueing_lock="core.retry_stalled", pass_context=True)
async def retry_stalled(context: procrastinate.JobContext, timestamp: int) -> None:  # noqa: ARG001 - jobs are given it
    """Queue again the jobs of a worker that died."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=_STALLED_AFTER_S):
        await manager.retry_job(job)


@_blueprint.periodic(cron="41 3 * * *")
@_blueprint.task(name="core.forget_failed", queueing_lock="core.forget_failed", pass_context=True)
async def forget_failed(context: procrastinate.JobContext, timestamp: int) -> None:  # noqa: ARG001 - jobs are given it
    """Delete the jobs that were given up long ago; those that succeed go at once."""
    await context.app.job_manager.delete_old_jobs(nb_hours=_FAILED_KEPT_HOURS, include_failed=True)


@lru_cache(maxsize=1)
def app() -> App:
    """The procrastinate application, with every task known."""
    for module in TASK_MODULES:
        importlib.import_module(module)
    made = App(
        connector=PsycopgConnector(
            conninfo=app_conninfo(get_settings()),
            kwargs={"options": f"-c search_path={SCHEMA}"},
            min_size=1,
            max_size=6,
        )
    )
    made.add_tasks_from(_blueprint, namespace="")
    return made


async def run_worker(*, wait: bool = True, concurrency: int = 4) -> None:
    """Run jobs.

    Args:
        wait: False to return once the queue is empty (tests).
        concurrency: jobs at once.
    """
    application = app()
    async with application.open_async():
        await application.run_worker_async(
            wait=wait,
            concurrency=concurrency,
            listen_notify=wait,
            install_signal_handlers=wait,
            fetch_job_polling_interval=5,
            delete_jobs=procrastinate.jobs.DeleteJobCondition.SUCCESSFUL,
        )
