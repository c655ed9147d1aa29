"""Functions that forget, for every organization, what is of no more use."""

from alembic import op

revision = "0009_retention"
down_revision = "0008_engine_testing"
branch_labels = None
depends_on = None

_FUNCTIONS = ("auth.forget_login_sessions", "auth.forget_server_messages")


def upgrade() -> None:
    op.execute("create index on public.server_messages (received_at)")
    op.execute(
        """
        create function auth.forget_login_sessions(before timestamptz) returns void
        language sql security definer set search_path = public, pg_temp as $f$
          delete from login_sessions where expires_at < before or revoked_at < before
        $f$;
        create function auth.forget_server_messages(before timestamptz) returns void
        language sql security definer set search_path = public, pg_temp as $f$
          delete from server_messages where received_at < before and applied_at is not null
        $f$;
        """
    )
    for function in _FUNCTIONS:
        op.execute(f"revoke all on function {function}(timestamptz) from public")
        op.execute(f"grant execute on function {function}(timestamptz) to authenticated")


def downgrade() -> None:
    for function in _FUNCTIONS:
        op.execute(f"drop function {function}(timestamptz)")
