"""Accounts, organizations and the tenant's assistants and phone numbers."""

from alembic import op

from allokoli.core.migrations.rls import protect

revision = "0003_platform"
down_revision = "0002_engine"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _accounts()
    _throttling()
    _organizations()
    _idempotency()
    _assistants()


def _accounts() -> None:
    op.execute(
        """
        create table public.organizations (
          id uuid primary key default gen_random_uuid(),
          name varchar(120) not null,
          locale text not null default 'fr' check (locale in ('fr', 'en', 'he')),
          timezone text not null default 'Europe/Paris',
          created_at timestamptz not null default now()
        );
        create table public.users (
          id uuid primary key default gen_random_uuid(),
          email varchar(320) not null unique check (email = lower(email)),
          full_name varchar(200),
          created_at timestamptz not null default now()
        );
        create table public.user_passwords (
          user_id uuid primary key references public.users (id) on delete cascade,
          password_hash text not null,
          changed_at timestamptz not null default now()
        );
        create table public.memberships (
          org_id uuid not null references public.organizations (id) on delete cascade,
          user_id uuid not null references public.users (id) on delete cascade,
          role text not null check (role in ('owner', 'admin', 'member', 'viewer')),
          created_at timestamptz not null default now(),
          primary key (org_id, user_id)
        );
        create index on public.memberships (user_id);
        create table public.login_sessions (
          id uuid primary key default gen_random_uuid(),
          org_id uuid not null references public.organizations (id) on delete cascade,
          user_id uuid not null references public.users (id) on delete cascade,
          generation int not null default 0,
          rotated_at timestamptz not null default now(),
          created_at timestamptz not null default now(),
          expires_at timestamptz not null,
          revoked_at timestamptz
        );
        create index on public.login_sessions (user_id);
        """
    )
    protect("organizations", condition="id = auth.org_id()")
    protect("memberships")
    protect("user_passwords", condition="user_id = auth.uid()")
    protect("login_sessions", condition="user_id = auth.uid() and org_id = auth.org_id()")
    protect("users", condition="id = auth.uid()")
    # Members of one organization know each other by name; nobody else does.
    op.execute(
        """
        create policy colleagues on public.users for select to authenticated
        using (id in (select user_id from public.memberships where org_id = auth.org_id()))
        """
    )
    op.execute(
        """
        create function auth.find_user(address text)
        returns table (user_id uuid, password_hash text, org_id uuid, role text)
        language sql stable security definer set search_path = public, pg_temp as $f$
          select u.id, p.password_hash, m.org_id, m.role
          from users u
          join user_passwords p on p.user_id = u.id
          join memberships m on m.user_id = u.id
          where u.email = lower(address)
          order by m.created_at
          limit 1
        $f$
        """
    )
    _grant("auth.find_user(text)")


def _throttling() -> None:
    """Attempts by bucket; nobody reads the table itself."""
    op.execute(
        """
        create table public.attempts (
          bucket text not null,
          at timestamptz not null
        );
        create index on public.attempts (bucket, at);
        create index on public.attempts (at);
        alter table public.attempts enable row level security;
        create function auth.count_attempts(name text, since timestamptz) returns bigint
        language sql stable security definer set search_path = public, pg_temp as $f$
          select count(*) from attempts where bucket = name and at > since
        $f$;
        create function auth.note_attempt(name text, moment timestamptz) returns void
        language sql security definer set search_path = public, pg_temp as $f$
          insert into attempts values (name, moment)
        $f$;
        create function auth.forget_attempts(before timestamptz) returns void
        language sql security definer set search_path = public, pg_temp as $f$
          delete from attempts where at < before
        $f$;
        """
    )
    _grant("auth.count_attempts(text, timestamptz)")
    _grant("auth.note_attempt(text, timestamptz)")
    _grant("auth.forget_attempts(timestamptz)")


def _organizations() -> None:
    op.execute(
        """
        create table public.voice_platforms (
          org_id uuid primary key references public.organizations (id) on delete cascade,
          kind text not null check (kind in ('engine', 'vapi', 'vapi-eu')),
          key_sealed bytea not null,
          key_preview text not null,
          server_secret_sealed bytea not null,
          created_at timestamptz not null default now(),
          updated_at timestamptz not null default now()
        )
        """
    )
    protect("voice_platforms")


def _idempotency() -> None:
    op.execute(
        """
        create table public.idempotency_keys (
          org_id uuid not null references public.organizations (id) on delete cascade,
          route text not null,
          key varchar(200) not null,
          fingerprint bytea not null,
          response jsonb,
          created_at timestamptz not null,
          primary key (org_id, route, key)
        )
        """
    )
    protect("idempotency_keys")
    op.execute(
        """
        create function auth.forget_idempotency_keys(before timestamptz) returns void
        language sql security definer set search_path = public, pg_temp as $f$
          delete from idempotency_keys where created_at < before
        $f$
        """
    )
    _grant("auth.forget_idempotency_keys(timestamptz)")


def _assistants() -> None:
    op.execute(
        """
        create table public.assistants (
          id uuid primary key default gen_random_uuid(),
          org_id uuid not null references public.organizations (id) on delete cascade,
          name varchar(40) not null,
          blueprint jsonb,
          config jsonb not null,
          platform_id text,
          sync text not null
            check (sync in ('pending', 'synced', 'updating', 'deleting', 'discarding')),
          sync_at timestamptz not null,
          created_at timestamptz not null default now(),
          updated_at timestamptz not null default now(),
          unique (org_id, id),
          unique (org_id, platform_id)
        );
        create index on public.assistants (org_id, created_at desc, id);
        create index on public.assistants (sync_at) where sync <> 'synced';
        create table public.phone_numbers (
          id uuid primary key default gen_random_uuid(),
          org_id uuid not null references public.organizations (id) on delete cascade,
          platform_id text not null,
          number text,
          name text,
          provider text,
          status text,
          assistant_id uuid,
          created_at timestamptz not null default now(),
          updated_at timestamptz not null default now(),
          unique (org_id, platform_id),
          foreign key (org_id, assistant_id) references public.assistants (org_id, id)
            on delete set null (assistant_id)
        );
        """
    )
    protect("assistants")
    protect("phone_numbers")
    op.execute(
        """
        create function auth.unfinished_assistants(before timestamptz)
        returns table (org_id uuid, assistant_id uuid)
        language sql stable security definer set search_path = public, pg_temp as $f$
          select org_id, id from assistants where sync <> 'synced' and sync_at < before
        $f$
        """
    )
    _grant("auth.unfinished_assistants(timestamptz)")


def _grant(function: str) -> None:
    """Lookups needed before the tenant is known, for the application only."""
    op.execute(f"revoke all on function {function} from public")
    op.execute(f"grant execute on function {function} to authenticated")


def downgrade() -> None:
    op.execute(
        """
        drop table public.phone_numbers,
          public.assistants, public.idempotency_keys, public.voice_platforms, public.attempts,
          public.login_sessions, public.memberships, public.user_passwords, public.users,
          public.organizations cascade;
        drop function auth.find_user(text);
        drop function auth.count_attempts(text, timestamptz);
        drop function auth.note_attempt(text, timestamptz);
        drop function auth.forget_attempts(timestamptz);
        drop function auth.forget_idempotency_keys(timestamptz);
        drop function auth.unfinished_assistants(timestamptz);
        """
    )
