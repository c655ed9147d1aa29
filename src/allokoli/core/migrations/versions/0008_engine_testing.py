"""Items of simulation runs found by their run; old log lines forgotten."""

from alembic import op

revision = "0008_engine_testing"
down_revision = "0007_engine_access"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "create index resources_run_items on engine.resources"
        " (org_id, (body->>'runId'), created_at) where kind = 'simulation-run-item'"
    )
    # Lines of every organization go the same way, so no single organization can ask for it.
    op.execute(
        """
        create function engine.forget_logs(days int, most int) returns bigint
        language sql security definer set search_path = engine, pg_temp as $f$
          with gone as (
            delete from logs where id in (
              select id from logs where time < now() - make_interval(days => greatest(days, 1))
              order by time limit most)
            returning 1)
          select count(*) from gone
        $f$
        """
    )
    op.execute("create index logs_by_age on engine.logs (time)")
    op.execute("revoke all on function engine.forget_logs(int, int) from public")
    op.execute("grant execute on function engine.forget_logs(int, int) to authenticated")


def downgrade() -> None:
    op.execute("drop function engine.forget_logs(int, int)")
    op.execute("drop index engine.logs_by_age")
    op.execute("drop index engine.resources_run_items")
