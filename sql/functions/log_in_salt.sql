-- The argon2id salt for a log-in name. A name that is unknown or locked gets a salt too, always the same one, so
-- that the answer does not tell whether there is such an officer.
create or replace function bihuan.log_in_salt(p_login text, p_city text)
returns bytea
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_salt bytea;
  v_unknown bytea;
begin
  select substr(sha256(s.value || convert_to(p_login || '@' || p_city, 'UTF8')), 1, 16) into v_unknown
    from bihuan.secrets s
   where s.name = 'unknown-salt';
  select c.salt into v_salt
    from bihuan.cities t
    join bihuan.officers o on o.city_id = t.city_id
    join bihuan.credentials c on c.city_id = o.city_id and c.officer_id = o.officer_id
   where t.code = p_city and o.login = p_login and o.locked_at is null;
  return coalesce(v_salt, v_unknown);
end
$$;

revoke all on function bihuan.log_in_salt(text, text) from public;
grant execute on function bihuan.log_in_salt(text, text) to bihuan_server;
