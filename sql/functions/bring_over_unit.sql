-- Brings one of the units below a unit that is about to be closed to its successor; returns 1, or 0 where none is left. One at
-- a time, so that those who write wait for the sight of one and not of all. What forbids the closing forbids this.
create or replace function bihuan.bring_over_unit(p_from text, p_to text, p_posts text, p_reason text)
returns integer
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_who record;
  v_from bihuan.units;
  v_to bihuan.units;
  v_below integer;
begin
  select * into v_who from bihuan.administrator();
  v_from := bihuan.administered_unit(v_who.city_id, v_who.top, p_from, 'unit');
  v_to := bihuan.administered_unit(v_who.city_id, v_who.top, p_to, 'to');
  if v_from.unit_id = v_who.top then
    raise exception 'unit.own' using errcode = 'LP010', column = 'unit', detail = p_from;
  elsif v_from.unit_id = v_to.unit_id then
    raise exception 'unit.itself' using errcode = 'LP010', column = 'to', detail = p_to;
  elsif exists (
    select from bihuan.unit_closure c
     where c.city_id = v_from.city_id and c.ancestor_id = v_from.unit_id and c.descendant_id = v_to.unit_id
  ) then
    raise exception 'unit.below_itself' using errcode = 'LP010', column = 'to', detail = p_to;
  end if;
  select u.unit_id into v_below
    from bihuan.units u
   where u.city_id = v_from.city_id and u.parent_id = v_from.unit_id and u.disabled_at is null
   order by u.label
   limit 1;
  if not found then return 0; end if;
  -- What is refused holds up nobody; then nobody writes, and it still is not.
  perform bihuan.forbid_closing(v_from.city_id, v_from.unit_id, v_to.unit_id, p_posts, v_who.own);
  perform bihuan.stop_writers();
  perform bihuan.forbid_closing(v_from.city_id, v_from.unit_id, v_to.unit_id, p_posts, v_who.own);
  -- First of all, or what goes along would need recusals of its own.
  perform bihuan.carry_recusals(
    v_from.city_id,
    array(select c.ancestor_id from bihuan.unit_closure c
           where c.city_id = v_from.city_id and c.descendant_id = v_from.unit_id),
    v_to.unit_id, v_who.by_whom, v_who.officer_id, v_who.own, v_who.via, p_reason);
  perform bihuan.announce_change(v_who.by_whom, v_who.officer_id, v_who.own, v_who.via, p_reason);
  update bihuan.units u
     set parent_id = v_to.unit_id
   where u.city_id = v_from.city_id and u.unit_id = v_below;
  perform bihuan.announce_change(null, null, null, null, null);
  return 1;
end
$$;

revoke all on function bihuan.bring_over_unit(text, text, text, text) from public;
grant execute on function bihuan.bring_over_unit(text, text, text, text) to bihuan_server;
