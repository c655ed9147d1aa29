from engines import engine_app, engine_port, make_tenant, receiver, run_jobs, tenant

__all__ = ["engine_app", "engine_port", "make_tenant", "receiver", "run_jobs", "tenant"]
