"""The agenda of each organization: resources, bookings, exceptions, and what calls did to it."""

from alembic import op

from allokoli.core.migrations.rls import protect

revision = "0011_agenda"
down_revision = "0010_rehearsals"
branch_labels = None
depends_on = None

_TABLES = (
    "agendas", "agenda_resources", "agenda_exceptions", "agenda_bookings",
    "agenda_confirmations", "agenda_tool_calls",
)  # fmt: skip


def upgrade() -> None:
    op.execute(
        """
        create table public.agendas (
          org_id uuid primary key references public.organizations (id) on delete cascade,
          sector text not null,
          untouched boolean not null default true,
          horizon_days int not null check (horizon_days between 1 and 366),
          notice_minutes int not null check (notice_minutes between 0 and 43200),
          feed_token_hash bytea unique,
          feed_token_sealed bytea,
          created_at timestamptz not null default now(),
          updated_at timestamptz not null default now()
        );
        create table public.agenda_resources (
          id uuid primary key default gen_random_uuid(),
          org_id uuid not null references public.organizations (id) on delete cascade,
          name varchar(80) not null,
          counts text not null check (counts in ('seats', 'bookings')),
          capacity int not null check (capacity between 1 and 10000),
          step_minutes int not null check (step_minutes between 5 and 1440),
          duration_minutes int not null check (duration_minutes between 5 and 1440),
          buffer_minutes int not null default 0 check (buffer_minutes between 0 and 480),
          service_minutes jsonb not null default '{}',
          by_night boolean not null default false,
          ends_within_hours boolean not null default true,
          active boolean not null default true,
          position int not null default 0,
          created_at timestamptz not null default now(),
          updated_at timestamptz not null default now(),
          unique (org_id, id)
        );
        create table public.agenda_exceptions (
          id uuid primary key default gen_random_uuid(),
          org_id uuid not null references public.organizations (id) on delete cascade,
          resource_id uuid,
          day date not null,
          slots jsonb not null default '[]',
          label varchar(200),
          created_at timestamptz not null default now(),
          unique nulls not distinct (org_id, resource_id, day),
          foreign key (org_id, resource_id)
            references public.agenda_resources (org_id, id) on delete cascade
        );
        create table public.agenda_bookings (
          id uuid primary key default gen_random_uuid(),
          org_id uuid not null references public.organizations (id) on delete cascade,
          resource_id uuid not null,
          reference varchar(12) not null,
          status text not null check (status in ('booked', 'cancelled', 'honored', 'missed')),
          starts_at timestamptz not null,
          ends_at timestamptz not null check (ends_at > starts_at),
          free_at timestamptz not null check (free_at >= ends_at),
          units int not null check (units >= 1),
          party_size int check (party_size between 1 and 10000),
          service varchar(200),
          name varchar(200) not null,
          phone varchar(20),
          email varchar(254),
          details jsonb not null default '{}',
          source text not null check (source in ('call', 'owner')),
          assistant_id uuid,
          call_platform_id text,
          revision int not null default 0,
          created_at timestamptz not null default now(),
          updated_at timestamptz not null default now(),
          unique (org_id, id),
          unique (org_id, reference),
          foreign key (org_id, resource_id) references public.agenda_resources (org_id, id)
        );
        create index on public.agenda_bookings (org_id, starts_at);
        create index on public.agenda_bookings (resource_id, starts_at) where status = 'booked';
        create index on public.agenda_bookings (org_id, phone, starts_at) where phone is not null;
        create index on public.agenda_bookings (org_id, call_platform_id)
          where call_platform_id is not null;
        create table public.agenda_confirmations (
          id uuid primary key default gen_random_uuid(),
          org_id uuid not null references public.organizations (id) on delete cascade,
          booking_id uuid not null,
          channel text not null check (channel in ('email', 'sms')),
          recipient varchar(254) not null,
          locale text not null,
          status text not null check (status in ('queued', 'sent', 'failed')),
          created_at timestamptz not null default now(),
          updated_at timestamptz not null default now(),
          foreign key (org_id, booking_id)
            references public.agenda_bookings (org_id, id) on delete cascade
        );
        create index on public.agenda_confirmations (booking_id);
        create table public.agenda_tool_calls (
          org_id uuid not null references public.organizations (id) on delete cascade,
          call_platform_id varchar(200) not null,
          tool_call_id varchar(200) not null,
          name varchar(40) not null,
          result jsonb not null,
          booking_ids uuid[] not null default '{}',
          created_at timestamptz not null,
          primary key (org_id, call_platform_id, tool_call_id)
        );
        create index on public.agenda_tool_calls (created_at);
        alter table public.mails add column calendar text;
        """
    )
    for table in _TABLES:
        protect(table)
    op.execute(
        """
        create function auth.find_agenda_feed(hash bytea) returns uuid
        language sql stable security definer set search_path = public, pg_temp as $f$
          select org_id from agendas where feed_token_hash = hash
        $f$;
        create function auth.forget_agenda_tool_calls(before timestamptz) returns void
        language sql security definer set search_path = public, pg_temp as $f$
          delete from agenda_tool_calls where created_at < before
        $f$;
        """
    )
    for function in ("find_agenda_feed(bytea)", "forget_agenda_tool_calls(timestamptz)"):
        op.execute(f"revoke all on function auth.{function} from public")
        op.execute(f"grant execute on function auth.{function} to authenticated")


def downgrade() -> None:
    op.execute("drop function auth.find_agenda_feed(bytea)")
    op.execute("drop function auth.forget_agenda_tool_calls(timestamptz)")
    op.execute("alter table public.mails drop column calendar")
    for table in reversed(_TABLES):
        op.execute(f"drop table public.{table}")
