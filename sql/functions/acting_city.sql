-- The city in whose name the caller acts: of the session presented, else of bihuan.city for the roles that may say
-- so themselves. Called by definer functions only; the server's role must have a session.
create or replace function bihuan.acting_city()
returns integer
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_city integer;
begin
  select s.city_id into v_city
    from bihuan.sessions s
   where s.token_hash = sha256(convert_to(nullif(current_setting('bihuan.session', true), ''), 'UTF8'))
     and s.revoked_at is null
     and s.expires_at > statement_timestamp();
  if v_city is null and (session_user = 'bihuan_worker' or pg_has_role(session_user, 'bihuan_owner', 'member')) then
    v_city := nullif(current_setting('bihuan.city', true), '')::integer;
  end if;
  if v_city is null then
    raise exception 'no session and no city' using errcode = 'insufficient_privilege';
  end if;
  return v_city;
end
$$;

revoke all on function bihuan.acting_city() from public;
