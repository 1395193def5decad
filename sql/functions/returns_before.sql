-- How often the work of an assignment was returned: hops of the same assigner under the same assignment in the same role,
-- since the last decision on a dispute over one of them and since the case was last reopened. A unit does not see what
-- others returned; so this counts past the policies, for an assignment the asker sees.
create or replace function bihuan.returns_before(p_assignment uuid)
returns bigint
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select (
      select count(*)
        from bihuan.assignments h
       where h.city_id = a.city_id and h.case_id = a.case_id
         and h.parent_id is not distinct from a.parent_id and h.from_unit = a.from_unit and h.role = a.role
         and h.state = 'returned'
         and h.closed_at > greatest(
               coalesce(
                 (select max(e.at) from bihuan.events e
                   where e.city_id = a.city_id and e.case_id = a.case_id and e.kind = 'reopened'), '-infinity'),
               coalesce(
                 (select max(d.closed_at)
                    from bihuan.disputes d
                    join bihuan.assignments o on o.city_id = d.city_id and o.assignment_id = d.assignment_id
                   where d.city_id = a.city_id and d.case_id = a.case_id and d.state = 'decided'
                     and o.parent_id is not distinct from a.parent_id and o.from_unit = a.from_unit
                     and o.role = a.role), '-infinity'))
    )
      from bihuan.assignments a
     where a.city_id = bihuan.acting_city()
       and a.assignment_id = p_assignment
       and not (a.is_sealed and bihuan.is_hidden(a.case_id))
       and exists (
         select from bihuan.assignment_visibility v
           join bihuan.sessions s
             on s.city_id = v.city_id and s.unit_id = v.unit_id
            and s.token_hash = sha256(convert_to(nullif(current_setting('bihuan.session', true), ''), 'UTF8'))
            and s.revoked_at is null and s.expires_at > statement_timestamp()
          where v.city_id = a.city_id and v.assignment_id = a.assignment_id)
  );
end
$$;

revoke all on function bihuan.returns_before(uuid) from public;
grant execute on function bihuan.returns_before(uuid) to bihuan_server;
