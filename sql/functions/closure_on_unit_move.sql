-- A unit that moves takes its whole subtree along: closure, what its old and new ancestors see, and their counts. What it was
-- kept out of with a unit above it, it is kept out of by itself from now on.
create or replace function bihuan.closure_on_unit_move()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_said jsonb := nullif(current_setting('bihuan.change', true), '')::jsonb;
  v_city integer;
  v_moved integer[];
  v_units integer[];
  v_above integer[];
  v_below integer[];
  v_seers integer[];
  v_cases uuid[];
  v_unit integer;
begin
  for v_city, v_moved in
    select a.city_id, array_agg(a.unit_id)
      from after_move a
      join before_move b on b.city_id = a.city_id and b.unit_id = a.unit_id
     where a.parent_id is distinct from b.parent_id
     group by a.city_id
  loop
    -- Whoever writes a case now would read the old closure; a move is rare and waits for them, and they for it.
    perform bihuan.stop_writers();

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

    foreach v_unit in array v_moved loop
      perform bihuan.carry_recusals(
        v_city, array(select o.above from unnest(v_above, v_below) o (above, below) where o.below = v_unit), v_unit,
        coalesce(v_said ->> 'by', 'local:' || session_user), (v_said ->> 'officer')::uuid, (v_said ->> 'unit')::integer,
        coalesce(v_said ->> 'via', 'local'), v_said ->> 'reason');
    end loop;

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
    -- And only what was seen below, or is withheld from somebody: all else they see as before.
    v_cases := array(
      select v.case_id from bihuan.case_visibility v where v.city_id = v_city and v.unit_id = any (v_moved)
      union
      select v.case_id from bihuan.assignment_visibility v where v.city_id = v_city and v.unit_id = any (v_moved)
      union
      select r.case_id from bihuan.recusals r where r.city_id = v_city and r.lifted_at is null);
    perform bihuan.refresh_sight(v_city, v_seers, v_cases);
  end loop;
  return null;
end
$$;

revoke all on function bihuan.closure_on_unit_move() from public;

create or replace trigger closure_on_unit_move
  after update on bihuan.units
  referencing old table as before_move new table as after_move
  for each statement execute function bihuan.closure_on_unit_move();
