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
  v_over integer[];
  v_under integer[];
  v_no_more integer[];
  v_of integer[];
  v_withheld uuid[];
  v_recused integer[];
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

    -- Who stands above what did not before, and who no longer does.
    select coalesce(array_agg(c.ancestor_id), '{}'), coalesce(array_agg(c.descendant_id), '{}') into v_over, v_under
      from bihuan.unit_closure c
      left join unnest(v_above, v_below) o (ancestor_id, descendant_id)
        on o.ancestor_id = c.ancestor_id and o.descendant_id = c.descendant_id
     where c.city_id = v_city and c.descendant_id = any (v_units) and o.ancestor_id is null;
    select coalesce(array_agg(o.ancestor_id), '{}'), coalesce(array_agg(o.descendant_id), '{}') into v_no_more, v_of
      from unnest(v_above, v_below) o (ancestor_id, descendant_id)
      left join bihuan.unit_closure c
        on c.city_id = v_city and c.ancestor_id = o.ancestor_id and c.descendant_id = o.descendant_id
     where c.city_id is null;

    -- Few units see otherwise, and of the cases of what moved alone. Those who lost it still see what they see for another
    -- reason, case by case. Then those who have it see what it sees. And all see of cases from which somebody is kept out what
    -- the rule says, whatever has come below, or from below, a recused unit as well.
    if cardinality(v_no_more) > 0 then
      perform bihuan.refresh_sight(
        v_city, array(select distinct x from unnest(v_no_more) x),
        array(
          select v.case_id from bihuan.case_visibility v where v.city_id = v_city and v.unit_id = any (v_moved)
          union
          select v.case_id from bihuan.assignment_visibility v where v.city_id = v_city and v.unit_id = any (v_moved)));
    end if;
    for v_unit in select distinct g.over from unnest(v_over, v_under) g (over, under) loop
      perform bihuan.gain_sight(
        v_city, v_unit,
        array(select g.under from unnest(v_over, v_under) g (over, under) where g.over = v_unit and g.under = any (v_moved)));
    end loop;
    select array_agg(distinct r.case_id), array_agg(distinct r.unit_id) into v_withheld, v_recused
      from bihuan.recusals r where r.city_id = v_city and r.lifted_at is null;
    if v_withheld is not null then
      perform bihuan.refresh_sight(
        v_city,
        array(
          select x from unnest(v_over || v_no_more) x
          union
          select g.under from unnest(v_over || v_no_more, v_under || v_of) g (over, under) where g.over = any (v_recused)),
        v_withheld);
    end if;
  end loop;
  return null;
end
$$;

revoke all on function bihuan.closure_on_unit_move() from public;

create or replace trigger closure_on_unit_move
  after update on bihuan.units
  referencing old table as before_move new table as after_move
  for each statement execute function bihuan.closure_on_unit_move();
