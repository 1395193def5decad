-- Who may have to review an assignment in its assigner's place: the one open lead of the same assigner, null where there is
-- none or more than one; and the guide of the same assigner that stands longest, one with a line of business before those that
-- serve all. An assist does not see its lead, nor a lead its guide: so this reads past the policies, for an assignment of the asker's own unit.
create or replace function bihuan.reviewers(p_assignment uuid)
returns table (lead_unit integer, guide_unit integer)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select case when count(*) filter (where o.role = 'lead') = 1 then min(o.to_unit) filter (where o.role = 'lead') end,
           (array_agg(o.to_unit order by u.line is null, o.assigned_at, o.assignment_id) filter (where o.role = 'guide'))[1]
      from bihuan.assignments a
      join bihuan.sessions s
        on s.city_id = a.city_id and s.unit_id = a.to_unit
       and s.token_hash = sha256(convert_to(nullif(current_setting('bihuan.session', true), ''), 'UTF8'))
       and s.revoked_at is null and s.expires_at > statement_timestamp()
      join bihuan.assignments o
        on o.city_id = a.city_id and o.case_id = a.case_id and o.from_unit = a.from_unit and o.parent_id is null
       and o.state in ('assigned', 'received', 'forwarded', 'fed_back')
      join bihuan.units u
        on u.city_id = o.city_id and u.unit_id = o.to_unit
     where a.city_id = bihuan.acting_city()
       and a.assignment_id = p_assignment
       and a.parent_id is null
       and not (a.is_sealed and bihuan.is_hidden(a.case_id))
       and a.state not in ('recalled', 'returned');
end
$$;

revoke all on function bihuan.reviewers(uuid) from public;
grant execute on function bihuan.reviewers(uuid) to bihuan_server;
