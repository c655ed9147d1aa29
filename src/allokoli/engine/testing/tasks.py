"""What the worker does to try assistants out; importing this declares its jobs."""

from allokoli.engine.testing import structured_runs

JOBS = (structured_runs.run_queued,)
