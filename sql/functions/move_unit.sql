-- Puts a unit of the administrator's subtree, with all below it, under another unit of that subtree. Its open work goes
-- along, because it stays the unit's own; what the units above see and count follows, and what kept it out before still does
-- (functions/closure_on_unit_move.sql).
create or replace function bihuan.move_unit(p_label text, p_parent text, p_reason text)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_who record;
  v_unit bihuan.units;
  v_parent bihuan.units;
begin
  select * into v_who from bihuan.administrator();
  v_unit := bihuan.administered_unit(v_who.city_id, v_who.top, p_label, 'unit');
  v_parent := bihuan.administered_unit(v_who.city_id, v_who.top, p_parent, 'parent');
  if v_unit.unit_id = v_who.top then
    raise exception 'unit.own' using errcode = 'LP010', column = 'unit', detail = p_label;
  elsif v_unit.parent_id = v_parent.unit_id then
    raise exception 'unit.same_parent' using errcode = 'LP010', column = 'parent', detail = p_parent;
  elsif exists (
    select from bihuan.unit_closure c
     where c.city_id = v_unit.city_id and c.ancestor_id = v_unit.unit_id and c.descendant_id = v_parent.unit_id
  ) then
    raise exception 'unit.below_itself' using errcode = 'LP010', column = 'parent', detail = p_parent;
  end if;
  -- First what is refused holds up nobody; then nobody writes, and it still holds. What is over may be opened again.
  perform bihuan.forbid_recused(
    v_unit.city_id, array(select c.descendant_id from bihuan.unit_closure c
      where c.city_id = v_unit.city_id and c.ancestor_id = v_unit.unit_id),
    v_parent.unit_id, true, null, v_who.own, 'parent');
  perform bihuan.stop_writers();
  perform bihuan.forbid_recused(
    v_unit.city_id, array(select c.descendant_id from bihuan.unit_closure c
      where c.city_id = v_unit.city_id and c.ancestor_id = v_unit.unit_id),
    v_parent.unit_id, true, null, v_who.own, 'parent');
  perform bihuan.announce_change(v_who.by_whom, v_who.officer_id, v_who.own, v_who.via, p_reason);
  update bihuan.units u
     set parent_id = v_parent.unit_id
   where u.city_id = v_unit.city_id and u.unit_id = v_unit.unit_id;
  perform bihuan.announce_change(null, null, null, null, null);
end
$$;

revoke all on function bihuan.move_unit(text, text, text) from public;
grant execute on function bihuan.move_unit(text, text, text) to bihuan_server;
