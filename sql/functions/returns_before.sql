-- How often the work of an assignment was returned before, since the last decision on it and since the case was last
-- reopened. Each return is carried on by one hop: the first that the same assigner gave under the same assignment in the same
-- role after it, and the oldest return first; a hop that a decision gave carries on none, and one that a decision took is no
-- return (Docket+returns.swift says the same). A unit does not see what others returned; so this counts past the policies,
-- for an assignment the asker sees; null for any other.
create or replace function bihuan.returns_before(p_assignment uuid)
returns bigint
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_own bihuan.assignments;
  v_reopened timestamptz;
  v_hop record;
  v_next integer;
  v_before bigint;
  -- Returns that no hop carries on yet, in step: when, and the how manieth.
  v_at timestamptz[] := '{}';
  v_count bigint[] := '{}';
begin
  select a.* into v_own
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
        where v.city_id = a.city_id and v.assignment_id = a.assignment_id);
  if not found then return null; end if;
  -- Of most cases nothing ever was.
  if not (select c.is_contested from bihuan.cases c where c.city_id = v_own.city_id and c.case_id = v_own.case_id) then
    return 0;
  end if;
  select max(e.at) into v_reopened
    from bihuan.events e
   where e.city_id = v_own.city_id and e.case_id = v_own.case_id and e.kind = 'reopened';

  for v_hop in
    select h.assignment_id, h.assigned_at, h.closed_at, h.state, h.bound_by,
           exists (
             select from bihuan.disputes d
              where d.city_id = h.city_id and d.assignment_id = h.assignment_id and d.state = 'decided') as is_decided
      from bihuan.assignments h
     where h.city_id = v_own.city_id and h.case_id = v_own.case_id
       and h.parent_id is not distinct from v_own.parent_id and h.from_unit = v_own.from_unit and h.role = v_own.role
     order by h.assigned_at, h.assignment_id
  loop
    select i.i into v_next
      from unnest(v_at) with ordinality i (at, i)
     where v_hop.bound_by is null and i.at <= v_hop.assigned_at
     order by i.at, i.i
     limit 1;
    v_before := coalesce(v_count[v_next], 0);
    if v_hop.assignment_id = p_assignment then return v_before; end if;
    if v_next is not null then
      v_at := v_at[:v_next - 1] || v_at[v_next + 1:];
      v_count := v_count[:v_next - 1] || v_count[v_next + 1:];
    end if;
    if v_hop.state = 'returned' and not v_hop.is_decided and v_hop.closed_at > coalesce(v_reopened, '-infinity') then
      v_at := v_at || v_hop.closed_at;
      v_count := v_count || (v_before + 1);
    end if;
  end loop;
  return 0;
end
$$;

revoke all on function bihuan.returns_before(uuid) from public;
grant execute on function bihuan.returns_before(uuid) to bihuan_server;
