-- Gives an officer of the administrator's subtree another password, hashed by the caller; the sessions end.
create or replace function bihuan.reset_officer(p_login text, p_salt bytea, p_verifier bytea, p_reason text)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_who record;
  v_officer uuid;
begin
  select * into v_who from bihuan.administrator();
  v_officer := bihuan.administered_officer(v_who.city_id, v_who.top, p_login);
  update bihuan.credentials c
     set salt = p_salt, verifier = p_verifier, failures = 0, locked_until = null, changed_at = clock_timestamp()
   where c.city_id = v_who.city_id and c.officer_id = v_officer;
  perform bihuan.note_officer_change(
    v_who.city_id, 'reset', v_officer, null, v_who.by_whom, v_who.officer_id, p_reason);
end
$$;

revoke all on function bihuan.reset_officer(text, bytea, bytea, text) from public;
grant execute on function bihuan.reset_officer(text, bytea, bytea, text) to bihuan_server;
