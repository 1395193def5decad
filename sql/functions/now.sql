-- Domain time: the start of the statement by the database's clock, moved by what the owner set for a demo, a test
-- or a drill. Deadlines use it; sessions, leases and idempotency keys use the real clock.
create or replace function bihuan.now()
returns timestamptz
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return statement_timestamp() + coalesce((select t.ahead from bihuan.time_offset t), interval '0');
end
$$;

revoke all on function bihuan.now() from public;
grant execute on function bihuan.now() to bihuan_server, bihuan_worker;
