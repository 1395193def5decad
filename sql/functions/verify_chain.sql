-- The number of the first event of a case that is missing, altered or not chained to the one before; null when the
-- chain is whole. An end cut off shows as the number after the last event, because the case knows its version.
create or replace function bihuan.verify_chain(p_city integer, p_case uuid)
returns bigint
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_event bihuan.events;
  v_prev bytea := decode(repeat('00', 32), 'hex');
  v_next bigint := 1;
  v_version bigint;
begin
  for v_event in
    select e.* from bihuan.events e where e.city_id = p_city and e.case_id = p_case order by e.seq
  loop
    if v_event.seq <> v_next
      or v_event.prev_hash is distinct from v_prev
      or v_event.hash is distinct from bihuan.event_hash(v_event)
    then
      return v_next;
    end if;
    v_prev := v_event.hash;
    v_next := v_next + 1;
  end loop;

  select c.version into v_version from bihuan.cases c where c.city_id = p_city and c.case_id = p_case;
  if v_version <> v_next - 1 then return v_next; end if;
  return null;
end
$$;

revoke all on function bihuan.verify_chain(integer, uuid) from public;
