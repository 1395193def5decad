-- The migrator's own table: which migrations this database has seen. Run before everything else, at every migrate.
create table if not exists bihuan.schema_migrations (
  number integer primary key,
  name text not null,
  -- SHA-256 of the file as it was applied; a file that changed afterwards is refused.
  sha256 bytea not null,
  applied_at timestamptz not null default now()
);

alter table bihuan.schema_migrations enable row level security;

-- The server compares the newest number with its own files before it calls itself ready.
drop policy if exists server_reads_migrations on bihuan.schema_migrations;
create policy server_reads_migrations on bihuan.schema_migrations for select to bihuan_server, bihuan_worker
  using (true);

grant select on bihuan.schema_migrations to bihuan_server, bihuan_worker;
