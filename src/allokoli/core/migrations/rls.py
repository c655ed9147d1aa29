"""Row-level security, written once for every tenant table."""

from alembic import op

TENANT = "org_id = auth.org_id()"


def protect(table: str, schema: str = "public", condition: str = TENANT) -> None:
    """Let the role `authenticated` see and change only the rows a condition allows.

    The tables' owner is not bound by it, so that `security definer` functions can look up what is
    needed before the organization is known; the application never connects as the owner.

    Args:
        table: its name.
        schema: its schema.
        condition: SQL over the row; the row's organization is the identity's by default.
    """
    name = f"{schema}.{table}"
    op.execute(f"alter table {name} enable row level security")
    op.execute(
        f"create policy tenant on {name} for all to authenticated"
        f" using ({condition}) with check ({condition})"
    )
    op.execute(f"grant select, insert, update, delete on {name} to authenticated")
