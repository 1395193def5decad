-- Opens a session for name and password. p_derived is the argon2id output (32 bytes) the server computed with the
-- salt of log_in_salt; only its SHA-256 is stored. No row: refused, and never why. Five failures lock the name for a
-- quarter of an hour, during which the right password fails too. The caller must commit even when there is no row,
-- or the failure is not counted.
create or replace function bihuan.log_in(
  p_login text, p_city text, p_derived bytea, p_post uuid, p_via text, p_hours integer)
returns table (token text, session_id uuid, expires_at timestamptz)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_officer record;
begin
  -- The row lock counts concurrent guesses one after another.
  select o.city_id, o.officer_id, c.verifier, c.locked_until into v_officer
    from bihuan.cities t
    join bihuan.officers o on o.city_id = t.city_id
    join bihuan.credentials c on c.city_id = o.city_id and c.officer_id = o.officer_id
   where t.code = p_city and o.login = p_login and o.locked_at is null
     for update of c;
  if not found then return; end if;
  if v_officer.locked_until > clock_timestamp() then return; end if;

  if sha256(p_derived) is distinct from v_officer.verifier then
    update bihuan.credentials c
       set failures = case when c.failures >= 4 then 0 else c.failures + 1 end,
           locked_until = case when c.failures >= 4 then clock_timestamp() + interval '15 minutes' end
     where c.city_id = v_officer.city_id and c.officer_id = v_officer.officer_id;
    return;
  end if;

  update bihuan.credentials c
     set failures = 0, locked_until = null
   where c.city_id = v_officer.city_id and c.officer_id = v_officer.officer_id
     and (c.failures <> 0 or c.locked_until is not null);
  return query
    select s.token, s.session_id, s.expires_at
      from bihuan.open_session(v_officer.city_id, v_officer.officer_id, p_post, p_via, p_hours) s;
end
$$;

revoke all on function bihuan.log_in(text, text, bytea, uuid, text, integer) from public;
grant execute on function bihuan.log_in(text, text, bytea, uuid, text, integer) to bihuan_server;
