"""What the worker does to try assistants out; importing this declares its jobs."""

from allokoli.engine.testing import evals, simulating, structured_runs, test_suites

JOBS = (structured_runs.run_queued, evals.run, simulating.run_item, test_suites.run)
