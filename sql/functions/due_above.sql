-- When the feedback of the assignment above one is due; null where there is none, or it stands still. It bounds the
-- deadline of the one below, whose unit need not see what is above: so this reads past the policies, for an assignment the
-- asker sees.
create or replace function bihuan.due_above(p_assignment uuid)
returns timestamptz
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select k.due_at
      from bihuan.assignments a
      join bihuan.clocks k
        on k.city_id = a.city_id and k.case_id = a.case_id and k.assignment_id = a.parent_id
       and k.kind = 'feedback' and k.stopped_at is null and k.paused_at is null
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

revoke all on function bihuan.due_above(uuid) from public;
grant execute on function bihuan.due_above(uuid) to bihuan_server;
