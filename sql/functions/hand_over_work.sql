-- Hands over what stands with one unit of the administrator's subtree to another of it, in the cases named by ref or in all;
-- at most p_limit of them, so that nobody waits long. Returns in how many; fewer than p_limit: that was all but what a command
-- was at. p_is_closing: the unit is to be closed afterwards, and what forbids that forbids this, before anything has moved;
-- p_posts: what becomes of its posts then.
create or replace function bihuan.hand_over_work(
  p_from text, p_to text, p_refs text[], p_limit integer, p_reason text, p_is_closing boolean default false,
  p_posts text default 'end')
returns integer
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_who record;
  v_from bihuan.units;
  v_to bihuan.units;
  v_cases uuid[];
  v_strange text;
begin
  select * into v_who from bihuan.administrator();
  v_from := bihuan.administered_unit(v_who.city_id, v_who.top, p_from, 'unit');
  if p_is_closing and v_from.unit_id = v_who.top then
    raise exception 'unit.own' using errcode = 'LP010', column = 'unit', detail = p_from;
  elsif v_from.parent_id is null then
    -- What the bureau owns it answers for; whoever is to do it gets an assignment.
    raise exception 'unit.top' using errcode = 'LP010', column = 'unit', detail = p_from;
  end if;
  v_to := bihuan.administered_unit(v_who.city_id, v_who.top, p_to, 'to');
  if v_from.unit_id = v_to.unit_id then
    raise exception 'unit.itself' using errcode = 'LP010', column = 'to', detail = p_to;
  elsif p_is_closing and exists (
    select from bihuan.unit_closure c
     where c.city_id = v_from.city_id and c.ancestor_id = v_from.unit_id and c.descendant_id = v_to.unit_id
  ) then
    raise exception 'unit.below_itself' using errcode = 'LP010', column = 'to', detail = p_to;
  elsif cardinality(p_refs) = 0 then
    raise exception 'case.none_named' using errcode = 'LP010', column = 'cases';
  end if;
  if p_refs is not null then
    -- What the session does not see looks as what is not there.
    select array_agg(c.case_id), string_agg(r.ref, ', ') filter (where c.case_id is null)
      into v_cases, v_strange
      from unnest(p_refs) r (ref)
      left join bihuan.cases c
        on c.city_id = v_who.city_id and c.ref = r.ref
       and c.case_id in (select w from bihuan.open_work(v_who.city_id, v_from.unit_id, false) w)
       and bihuan.is_told(v_who.city_id, v_who.own, c.case_id);
    if v_strange is not null then
      raise exception 'case.not_with_unit' using errcode = 'LP010', column = 'cases', detail = v_strange;
    end if;
  end if;
  -- All of it, before any has moved; and hand_over_some once more, of what it has locked.
  if p_is_closing then
    perform bihuan.forbid_closing(v_who.city_id, v_from.unit_id, v_to.unit_id, p_posts, v_who.own);
  else
    perform bihuan.forbid_recused(
      v_who.city_id, array[v_from.unit_id], v_to.unit_id, false, v_cases, v_who.own, 'to');
    perform bihuan.forbid_uncleared(
      v_who.city_id, v_from.unit_id, v_to.unit_id, null, false, v_cases, v_who.own, 'to');
  end if;
  return bihuan.hand_over_some(
    v_who.city_id, v_from.unit_id, v_to.unit_id, v_cases, p_limit, p_is_closing, p_refs is not null,
    case when p_is_closing and p_posts = 'move' then v_from.unit_id end, v_who.by_whom, v_who.officer_id, v_who.own,
    v_who.via, p_reason);
end
$$;

revoke all on function bihuan.hand_over_work(text, text, text[], integer, text, boolean, text) from public;
grant execute on function bihuan.hand_over_work(text, text, text[], integer, text, boolean, text) to bihuan_server;
