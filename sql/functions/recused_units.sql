-- The units recused from a case, without those below them. A unit on the case may not know, and must still not be able to
-- assign it there; so this reads past the policies, for a case the asker sees, or the worker's city.
create or replace function bihuan.recused_units(p_case uuid)
returns bigint[]
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select coalesce(array_agg(r.unit_id::bigint order by r.unit_id), '{}')
      from bihuan.recusals r
     where r.city_id = bihuan.acting_city()
       and r.case_id = p_case
       and r.lifted_at is null
       and not bihuan.is_hidden(p_case)
       and (session_user <> 'bihuan_server' or exists (
         select from bihuan.case_visibility v
           join bihuan.sessions s
             on s.city_id = v.city_id and s.unit_id = v.unit_id
            and s.token_hash = sha256(convert_to(nullif(current_setting('bihuan.session', true), ''), 'UTF8'))
            and s.revoked_at is null and s.expires_at > statement_timestamp()
          where v.city_id = r.city_id and v.case_id = r.case_id))
  );
end
$$;

revoke all on function bihuan.recused_units(uuid) from public;
grant execute on function bihuan.recused_units(uuid) to bihuan_server, bihuan_worker;
