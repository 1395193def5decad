-- Adds an officer with a first post in the administrator's subtree. The password was hashed by the caller
-- (functions/log_in.sql says how).
create or replace function bihuan.add_officer(
  p_officer uuid, p_login text, p_name text, p_salt bytea, p_verifier bytea, p_post uuid, p_unit text, p_role text,
  p_reason text)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_who record;
  v_unit bihuan.units;
begin
  select * into v_who from bihuan.administrator();
  v_unit := bihuan.administered_unit(v_who.city_id, v_who.top, p_unit, 'unit');
  if exists (select from bihuan.officers o where o.city_id = v_who.city_id and o.login = p_login) then
    raise exception 'officer.login_taken' using errcode = 'LP010', column = 'login', detail = p_login;
  end if;
  insert into bihuan.officers (city_id, officer_id, login, name) values (v_who.city_id, p_officer, p_login, p_name);
  insert into bihuan.credentials (city_id, officer_id, salt, verifier)
  values (v_who.city_id, p_officer, p_salt, p_verifier);
  insert into bihuan.posts (city_id, post_id, officer_id, unit_id, role)
  values (v_who.city_id, p_post, p_officer, v_unit.unit_id, p_role);
  perform bihuan.note_officer_change(
    v_who.city_id, 'added', p_officer, p_post, v_who.by_whom, v_who.officer_id, p_reason);
end
$$;

revoke all on function bihuan.add_officer(uuid, text, text, bytea, bytea, uuid, text, text, text) from public;
grant execute on function bihuan.add_officer(uuid, text, text, bytea, bytea, uuid, text, text, text) to bihuan_server;
