-- Closes a unit of the administrator's subtree.
--
-- Without p_successor it must be idle: no open work, no open unit below it, no post in force; what there is is named. With a
-- successor (p_kind `merged` or `closed`) everything goes there first: work, units below, posts as p_posts says (`move` or
-- `end`), and what it is kept out of keeps the successor out as well. The closed unit then lies below its successor, so
-- whatever it saw and did the successor sees, by the rule that holds for all; and it keeps its name, its closed assignments and
-- its log.
--
-- What is left of the work is done here in one go, while nobody writes; bihuan.hand_over_work takes most of it away before,
-- some at a time.
create or replace function bihuan.close_unit(p_label text, p_successor text, p_posts text, p_kind text, p_reason text)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_who record;
  v_unit bihuan.units;
  v_to bihuan.units;
  v_open text;
begin
  if p_kind not in ('merged', 'closed') or p_posts not in ('move', 'end') then
    raise exception 'a unit is merged or closed, its posts move or end' using errcode = 'invalid_parameter_value';
  end if;
  select * into v_who from bihuan.administrator();
  v_unit := bihuan.administered_unit(v_who.city_id, v_who.top, p_label, 'unit');
  if v_unit.unit_id = v_who.top then
    raise exception 'unit.own' using errcode = 'LP010', column = 'unit', detail = p_label;
  end if;
  if p_successor is not null then
    v_to := bihuan.administered_unit(v_who.city_id, v_who.top, p_successor, 'to');
    if v_to.unit_id = v_unit.unit_id then
      raise exception 'unit.itself' using errcode = 'LP010', column = 'to', detail = p_successor;
    elsif exists (
      select from bihuan.unit_closure c
       where c.city_id = v_unit.city_id and c.ancestor_id = v_unit.unit_id and c.descendant_id = v_to.unit_id
    ) then
      raise exception 'unit.below_itself' using errcode = 'LP010', column = 'to', detail = p_successor;
    end if;
    -- What is refused holds up nobody.
    perform bihuan.forbid_closing(v_unit.city_id, v_unit.unit_id, v_to.unit_id, p_posts, v_who.own);
  end if;
  -- Whoever is at one of its cases must come to an end first: once nobody writes, they could not.
  perform from bihuan.cases c
    where c.city_id = v_unit.city_id and c.case_id in (select w from bihuan.open_work(v_unit.city_id, v_unit.unit_id, true) w)
    order by c.case_id
    for no key update;
  -- Whoever writes now could give the unit something more; from here on they wait, and then find it closed.
  perform bihuan.stop_writers();

  if p_successor is null then
    select string_agg(x.what, ', ' order by x.kind, x.what) into v_open
      from (
        select 1 as kind, u.label as what from bihuan.units u
         where u.city_id = v_unit.city_id and u.parent_id = v_unit.unit_id and u.disabled_at is null
        union all
        (select 2, o.login || ':' || p.role
           from bihuan.posts p
           join bihuan.officers o on o.city_id = p.city_id and o.officer_id = p.officer_id
          where p.city_id = v_unit.city_id and p.unit_id = v_unit.unit_id
            and (p.valid_until is null or p.valid_until > clock_timestamp())
          order by o.login limit 20)
        union all
        select 3, bihuan.told_refs(
                 v_unit.city_id, v_who.own, array(select w from bihuan.open_work(v_unit.city_id, v_unit.unit_id, true) w), false)
      ) x;
    if v_open is not null then
      raise exception 'unit.in_use' using errcode = 'LP010', column = 'unit', detail = v_open;
    end if;
    perform bihuan.announce_change(v_who.by_whom, v_who.officer_id, v_who.own, v_who.via, p_reason);
    update bihuan.units u
       set disabled_at = clock_timestamp()
     where u.city_id = v_unit.city_id and u.unit_id = v_unit.unit_id;
    perform bihuan.announce_change(null, null, null, null, null);
    return;
  end if;

  perform bihuan.forbid_closing(v_unit.city_id, v_unit.unit_id, v_to.unit_id, p_posts, v_who.own);
  -- What came meanwhile, if nobody is at it again.
  perform from bihuan.cases c
    where c.city_id = v_unit.city_id and c.case_id in (select w from bihuan.open_work(v_unit.city_id, v_unit.unit_id, true) w)
    order by c.case_id
    for no key update nowait;
  perform bihuan.hand_over_some(
    v_unit.city_id, v_unit.unit_id, v_to.unit_id, null, null, true, true, case when p_posts = 'move' then v_unit.unit_id end,
    v_who.by_whom, v_who.officer_id, v_who.own, v_who.via, p_reason);
  perform bihuan.end_posts_of_unit(
    v_unit.city_id, v_unit.unit_id, case when p_posts = 'move' then v_to.unit_id end);
  perform bihuan.hand_over_registers(v_unit.city_id, v_unit.unit_id, v_to.unit_id);
  -- Before the tree changes: what lies below the successor then is kept out with it.
  perform bihuan.carry_recusals(
    v_unit.city_id,
    array(select c.ancestor_id from bihuan.unit_closure c
           where c.city_id = v_unit.city_id and c.descendant_id = v_unit.unit_id),
    v_to.unit_id, v_who.by_whom, v_who.officer_id, v_who.own, v_who.via, p_reason);
  -- The units below and the unit itself in one statement: what is seen is made anew once.
  perform bihuan.announce_change(
    v_who.by_whom, v_who.officer_id, v_who.own, v_who.via, p_reason, p_kind, v_to.unit_id);
  update bihuan.units u
     set parent_id = v_to.unit_id,
         disabled_at = case when u.unit_id = v_unit.unit_id then clock_timestamp() else u.disabled_at end
   where u.city_id = v_unit.city_id
     and (u.unit_id = v_unit.unit_id or u.parent_id = v_unit.unit_id and u.disabled_at is null);
  perform bihuan.announce_change(null, null, null, null, null);
end
$$;

revoke all on function bihuan.close_unit(text, text, text, text, text) from public;
grant execute on function bihuan.close_unit(text, text, text, text, text) to bihuan_server;
