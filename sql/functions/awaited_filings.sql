-- Names, in the case's plan, of the running clocks that wait for a filing. They are the owner's; but when a unit's return
-- makes a case accepted, the step must not start one that runs. So this reads past the policies, for a case the asker sees
-- and under its lock.
create or replace function bihuan.awaited_filings(p_case uuid)
returns text[]
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select coalesce(array_agg(coalesce(k.rule, k.kind) order by k.clock_id), '{}')
      from bihuan.clocks k
     where k.city_id = bihuan.acting_city()
       and k.case_id = p_case
       and not bihuan.is_hidden(p_case)
       and k.kind = 'filing'
       and k.stopped_at is null
       and exists (
         select from bihuan.case_visibility v
           join bihuan.sessions s
             on s.city_id = v.city_id and s.unit_id = v.unit_id
            and s.token_hash = sha256(convert_to(nullif(current_setting('bihuan.session', true), ''), 'UTF8'))
            and s.revoked_at is null and s.expires_at > statement_timestamp()
          where v.city_id = k.city_id and v.case_id = k.case_id)
  );
end
$$;

revoke all on function bihuan.awaited_filings(uuid) from public;
grant execute on function bihuan.awaited_filings(uuid) to bihuan_server;
