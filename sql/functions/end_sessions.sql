-- A locked officer, a changed password, a post that ends or becomes another, a unit that is disabled: the sessions
-- that stood on it end with the same commit, so the next statement already finds none.
create or replace function bihuan.end_sessions()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := clock_timestamp();
begin
  if tg_table_name in ('officers', 'credentials') then
    update bihuan.sessions s
       set revoked_at = v_now
     where s.city_id = new.city_id and s.officer_id = new.officer_id and s.revoked_at is null;
  elsif tg_table_name = 'units' then
    update bihuan.sessions s
       set revoked_at = v_now
     where s.city_id = new.city_id and s.unit_id = new.unit_id and s.revoked_at is null;
  elsif (old.officer_id, old.unit_id, old.role, old.clearance) is distinct from
    (new.officer_id, new.unit_id, new.role, new.clearance)
    or new.valid_until <= v_now or new.valid_from > v_now
  then
    update bihuan.sessions s
       set revoked_at = v_now
     where s.city_id = old.city_id and s.post_id = old.post_id and s.revoked_at is null;
  else
    update bihuan.sessions s
       set expires_at = new.valid_until
     where s.city_id = old.city_id and s.post_id = old.post_id and s.revoked_at is null
       and s.expires_at > new.valid_until;
  end if;
  return null;
end
$$;

revoke all on function bihuan.end_sessions() from public;

create or replace trigger end_sessions
  after update of locked_at on bihuan.officers
  for each row when (new.locked_at is not null) execute function bihuan.end_sessions();

create or replace trigger end_sessions
  after update of verifier on bihuan.credentials
  for each row when (old.verifier <> new.verifier) execute function bihuan.end_sessions();

create or replace trigger end_sessions
  after update of officer_id, unit_id, role, clearance, valid_from, valid_until on bihuan.posts
  for each row execute function bihuan.end_sessions();

create or replace trigger end_sessions
  after update of disabled_at on bihuan.units
  for each row when (new.disabled_at is not null) execute function bihuan.end_sessions();
