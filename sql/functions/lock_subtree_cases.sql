-- Locks the cases of units and of all below them, in the order in which everybody locks cases. Before a unit moves: whoever
-- is at one of them comes to an end first, instead of holding a case and waiting for a table while the move does the reverse.
create or replace function bihuan.lock_subtree_cases(p_city integer, p_units integer[])
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform from bihuan.cases c
    where c.city_id = p_city
      and c.case_id in (
        select v.case_id from bihuan.case_visibility v where v.city_id = p_city and v.unit_id = any (p_units)
      )
    order by c.case_id
    for no key update;
end
$$;

revoke all on function bihuan.lock_subtree_cases(integer, integer[]) from public;
