-- What stands in the city's registers of a unit that goes: places, rules and supplies are its successor's from now on; who
-- was to be called there no longer is, and nobody has duty there. What was, stays on record.
create or replace function bihuan.hand_over_registers(p_city integer, p_from integer, p_to integer)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := bihuan.now();
begin
  update bihuan.routing_rules r set area_unit = p_to where r.city_id = p_city and r.area_unit = p_from;
  update bihuan.routing_rules r set target_unit = p_to where r.city_id = p_city and r.target_unit = p_from;
  insert into bihuan.unit_aliases (city_id, unit_id, alias)
  select a.city_id, p_to, a.alias from bihuan.unit_aliases a where a.city_id = p_city and a.unit_id = p_from
      on conflict (city_id, unit_id, alias) do nothing;
  delete from bihuan.unit_aliases a where a.city_id = p_city and a.unit_id = p_from;

  -- The same thing in the same place is counted together.
  update bihuan.supplies t
     set quantity = t.quantity + s.quantity, set_at = v_now
    from bihuan.supplies s
   where s.city_id = p_city and s.unit_id = p_from
     and t.city_id = p_city and t.unit_id = p_to and t.item = s.item and t.place = s.place;
  delete from bihuan.supplies s
   where s.city_id = p_city and s.unit_id = p_from
     and exists (
       select from bihuan.supplies t
        where t.city_id = p_city and t.unit_id = p_to and t.item = s.item and t.place = s.place);
  update bihuan.supplies s set unit_id = p_to where s.city_id = p_city and s.unit_id = p_from;

  -- Who is to be warned once somebody decides.
  update bihuan.warnings w
     set named_units = array(
           select distinct case n when p_from then p_to else n end from unnest(w.named_units) n order by 1)
   where w.city_id = p_city and w.state = 'proposed' and p_from = any (w.named_units);

  update bihuan.liaisons l
     set valid_until = greatest(v_now, l.valid_from)
   where l.city_id = p_city and l.unit_id = p_from and (l.valid_until is null or l.valid_until > v_now);
  update bihuan.duty_shifts d
     set cancelled_at = v_now
   where d.city_id = p_city and d.unit_id = p_from and d.cancelled_at is null and d.ends_at > v_now;
end
$$;

revoke all on function bihuan.hand_over_registers(integer, integer, integer) from public;
