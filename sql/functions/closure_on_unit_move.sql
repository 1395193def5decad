-- A unit that moves takes its whole subtree along: closure, what its old and new ancestors see, and their counts.
create or replace function bihuan.closure_on_unit_move()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_city integer;
  v_moved integer[];
  v_units integer[];
  v_above integer[];
  v_below integer[];
  v_seers integer[];
begin
  for v_city, v_moved in
    select a.city_id, array_agg(a.unit_id)
      from after_move a
      join before_move b on b.city_id = a.city_id and b.unit_id = a.unit_id
     where a.parent_id is distinct from b.parent_id
     group by a.city_id
  loop
    -- Whoever writes a case now would read the old closure; a move is rare and waits for them, and they for it.
    lock table bihuan.cases, bihuan.assignments, bihuan.supervisions, bihuan.clocks, bihuan.clock_firings,
               bihuan.warning_receipts
      in share row exclusive mode;

    select array_agg(distinct c.descendant_id) into v_units
      from bihuan.unit_closure c
     where c.city_id = v_city and c.ancestor_id = any (v_moved);

    select array_agg(c.ancestor_id order by c.descendant_id, c.ancestor_id),
           array_agg(c.descendant_id order by c.descendant_id, c.ancestor_id)
      into v_above, v_below
      from bihuan.unit_closure c
     where c.city_id = v_city and c.descendant_id = any (v_units);

    -- Overdue rows and the counts of orders and circulars hang on the closure: out under the old one, in under the new.
    perform bihuan.count_orders_and_circulars(v_city, v_units, -1);
    delete from bihuan.overdue o where o.city_id = v_city and o.late_unit = any (v_units);
    perform bihuan.refresh_closure(v_city, v_units);
    perform bihuan.count_orders_and_circulars(v_city, v_units, 1);
    perform bihuan.write_overdue(k) from bihuan.clocks k
      where k.city_id = v_city and k.unit_id = any (v_units) and k.breached_at is not null and k.stopped_at is null;

    -- Few units stand above what moved that did not before, or no longer do; they see otherwise, and whatever has come
    -- below, or from below, a unit that is recused from something.
    with changed as materialized (
      (select * from unnest(v_above, v_below) o (ancestor_id, descendant_id)
       except
       select c.ancestor_id, c.descendant_id
         from bihuan.unit_closure c
        where c.city_id = v_city and c.descendant_id = any (v_units))
      union all
      (select c.ancestor_id, c.descendant_id
         from bihuan.unit_closure c
        where c.city_id = v_city and c.descendant_id = any (v_units)
       except
       select * from unnest(v_above, v_below) o (ancestor_id, descendant_id))
    )
    select array_agg(x.unit_id) into v_seers
      from (
        select g.ancestor_id as unit_id from changed g
        union
        select g.descendant_id
          from changed g
         where g.ancestor_id in (
           select r.unit_id from bihuan.recusals r where r.city_id = v_city and r.lifted_at is null)
      ) x;
    perform bihuan.refresh_sight(v_city, v_seers);
  end loop;
  return null;
end
$$;

revoke all on function bihuan.closure_on_unit_move() from public;

create or replace trigger closure_on_unit_move
  after update on bihuan.units
  referencing old table as before_move new table as after_move
  for each statement execute function bihuan.closure_on_unit_move();
