-- How many first-hop lead assignments of a case are open, and how many were accepted since it was last reopened.
-- Where a case goes when one unit returns it depends on the others, whom that unit does not see; so this counts past
-- the policies, for a case the asker sees and under its lock.
create or replace function bihuan.first_hops(p_case uuid)
returns table (open bigint, accepted bigint)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select count(*) filter (where a.state in ('assigned', 'received', 'forwarded', 'fed_back')),
           count(*) filter (
             where a.state = 'accepted'
               and a.closed_at >= coalesce(
                     (select max(e.at) from bihuan.events e
                       where e.city_id = a.city_id and e.case_id = a.case_id and e.kind = 'reopened'),
                     '-infinity'))
      from bihuan.assignments a
     where a.city_id = bihuan.acting_city()
       and a.case_id = p_case
       and not bihuan.is_hidden(p_case)
       and a.parent_id is null
       and a.role = 'lead'
       and exists (
         select from bihuan.case_visibility v
           join bihuan.sessions s
             on s.city_id = v.city_id and s.unit_id = v.unit_id
            and s.token_hash = sha256(convert_to(nullif(current_setting('bihuan.session', true), ''), 'UTF8'))
            and s.revoked_at is null and s.expires_at > statement_timestamp()
          where v.city_id = a.city_id and v.case_id = a.case_id);
end
$$;

revoke all on function bihuan.first_hops(uuid) from public;
grant execute on function bihuan.first_hops(uuid) to bihuan_server;
