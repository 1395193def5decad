-- Makes a new unit beside one of the administrator's subtree, of the same tier, with some of the units below it and what
-- stands with it in the cases named by ref, and in those it passed on to the units that go along. What the first is kept out
-- of keeps the new one out as well.
create or replace function bihuan.split_unit(
  p_label text, p_new text, p_name text, p_line text, p_units text[], p_refs text[], p_reason text)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_who record;
  v_unit bihuan.units;
  v_new integer;
  v_below integer[];
  v_cases uuid[];
  v_strange text;
begin
  select * into v_who from bihuan.administrator();
  v_unit := bihuan.administered_unit(v_who.city_id, v_who.top, p_label, 'unit');
  if v_unit.unit_id = v_who.top then
    raise exception 'unit.own' using errcode = 'LP010', column = 'unit', detail = p_label;
  elsif exists (select from bihuan.units u where u.city_id = v_unit.city_id and u.label = p_new) then
    raise exception 'unit.label_taken' using errcode = 'LP010', column = 'label', detail = p_new;
  end if;
  select array_agg(u.unit_id), string_agg(l.label, ', ') filter (where u.unit_id is null)
    into v_below, v_strange
    from unnest(p_units) l (label)
    left join bihuan.units u
      on u.city_id = v_unit.city_id and u.label = l.label and u.parent_id = v_unit.unit_id and u.disabled_at is null;
  if v_strange is not null then
    raise exception 'unit.not_below' using errcode = 'LP010', column = 'units', detail = v_strange;
  end if;
  -- Whoever is at one of the cases must come to an end first: once nobody writes, they could not.
  perform from bihuan.cases c
    where c.city_id = v_unit.city_id
      and c.case_id in (
        select w.case_id
          from bihuan.open_work(v_unit.city_id, v_unit.unit_id, false) w (case_id)
          join bihuan.cases k on k.city_id = v_unit.city_id and k.case_id = w.case_id
         where k.ref = any (p_refs) or v_below is not null)
    order by c.case_id
    for no key update;
  perform bihuan.stop_writers();
  -- What the session does not see looks as what is not there.
  select array_agg(c.case_id), string_agg(r.ref, ', ') filter (where c.case_id is null)
    into v_cases, v_strange
    from unnest(p_refs) r (ref)
    left join bihuan.cases c
      on c.city_id = v_unit.city_id and c.ref = r.ref
     and c.case_id in (select w from bihuan.open_work(v_unit.city_id, v_unit.unit_id, false) w)
     and bihuan.is_told(v_who.city_id, v_who.own, c.case_id);
  if v_strange is not null then
    raise exception 'case.not_with_unit' using errcode = 'LP010', column = 'cases', detail = v_strange;
  end if;
  select array_agg(distinct x.case_id) into v_cases
    from (
      select c as case_id from unnest(v_cases) c
      union all
      select a.case_id
        from bihuan.assignments a
        join bihuan.unit_closure d
          on d.city_id = a.city_id and d.descendant_id = a.to_unit and d.ancestor_id = any (v_below)
       where a.city_id = v_unit.city_id and a.from_unit = v_unit.unit_id and a.closed_at is null
         and a.state in ('assigned', 'received', 'forwarded', 'fed_back')
    ) x;
  perform from bihuan.cases c
    where c.city_id = v_unit.city_id and c.case_id = any (v_cases)
    order by c.case_id
    for no key update nowait;

  perform bihuan.announce_change(
    v_who.by_whom, v_who.officer_id, v_who.own, v_who.via, p_reason, 'split', v_unit.unit_id);
  insert into bihuan.units (city_id, label, parent_id, tier, name, line)
  values (v_unit.city_id, p_new, v_unit.parent_id, v_unit.tier, p_name, coalesce(p_line, v_unit.line))
  returning unit_id into v_new;
  -- Before the tree changes: what lies below the new unit then is kept out with it.
  perform bihuan.carry_recusals(
    v_unit.city_id, array[v_unit.unit_id], v_new, v_who.by_whom, v_who.officer_id, v_who.own, v_who.via, p_reason);
  perform bihuan.announce_change(v_who.by_whom, v_who.officer_id, v_who.own, v_who.via, p_reason);
  if v_below is not null then
    update bihuan.units u set parent_id = v_new where u.city_id = v_unit.city_id and u.unit_id = any (v_below);
  end if;
  perform bihuan.announce_change(null, null, null, null, null);

  if v_cases is not null then
    -- Nobody is cleared yet in a unit that is new.
    perform bihuan.forbid_uncleared(v_unit.city_id, v_unit.unit_id, v_new, null, false, v_cases, v_who.own, 'cases');
    perform bihuan.hand_over_some(
      v_unit.city_id, v_unit.unit_id, v_new, v_cases, null, false, true, null, v_who.by_whom, v_who.officer_id, v_who.own,
      v_who.via, p_reason);
  end if;
end
$$;

revoke all on function bihuan.split_unit(text, text, text, text, text[], text[], text) from public;
grant execute on function bihuan.split_unit(text, text, text, text, text[], text[], text) to bihuan_server;
