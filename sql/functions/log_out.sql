-- Revokes the session presented; false when there was none to revoke.
create or replace function bihuan.log_out()
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update bihuan.sessions s
     set revoked_at = clock_timestamp()
   where s.token_hash = sha256(convert_to(nullif(current_setting('bihuan.session', true), ''), 'UTF8'))
     and s.revoked_at is null;
  return found;
end
$$;

revoke all on function bihuan.log_out() from public;
grant execute on function bihuan.log_out() to bihuan_server;
