-- Hands over what stands with one unit of the administrator's subtree to another of it, in the cases named by ref or in all;
-- at most p_limit of them, so that nobody waits long. Returns in how many; fewer than p_limit: that was all but what a command
-- was at. p_is_closing: the unit is to be closed afterwards, and what forbids that forbids this, before anything has moved.
create or replace function bihuan.hand_over_work(
  p_from text, p_to text, p_refs text[], p_limit integer, p_reason text, p_is_closing boolean default false)
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
  end if;
  v_to := bihuan.administered_unit(v_who.city_id, v_who.top, p_to, 'to');
  if v_from.unit_id = v_to.unit_id then
    raise exception 'unit.itself' using errcode = 'LP010', column = 'to', detail = p_to;
  elsif p_is_closing and exists (
    select from bihuan.unit_closure c
     where c.city_id = v_from.city_id and c.ancestor_id = v_from.unit_id and c.descendant_id = v_to.unit_id
  ) then
    raise exception 'unit.below_itself' using errcode = 'LP010', column = 'to', detail = p_to;
  end if;
  if p_refs is not null then
    select array_agg(c.case_id), string_agg(r.ref, ', ') filter (where c.case_id is null)
      into v_cases, v_strange
      from unnest(p_refs) r (ref)
      left join bihuan.cases c
        on c.city_id = v_who.city_id and c.ref = r.ref
       and c.case_id in (select w from bihuan.open_work(v_who.city_id, v_from.unit_id, false) w);
    if v_strange is not null then
      raise exception 'case.not_with_unit' using errcode = 'LP010', column = 'cases', detail = v_strange;
    end if;
  end if;
  -- Of what is to be closed all of it, before any has moved; with it go the units below.
  perform bihuan.forbid_recused(
    v_who.city_id,
    case when p_is_closing then array(
           select c.descendant_id from bihuan.unit_closure c
            where c.city_id = v_from.city_id and c.ancestor_id = v_from.unit_id)
         else array[v_from.unit_id] end,
    v_to.unit_id, p_is_closing, v_cases, case when v_who.officer_id is not null then v_who.top end, 'to');
  return bihuan.hand_over_some(
    v_who.city_id, v_from.unit_id, v_to.unit_id, v_cases, p_limit, false, p_refs is not null, v_who.by_whom, v_who.officer_id,
    case when v_who.officer_id is not null then v_who.top end, v_who.via, p_reason);
end
$$;

revoke all on function bihuan.hand_over_work(text, text, text[], integer, text, boolean) from public;
grant execute on function bihuan.hand_over_work(text, text, text[], integer, text, boolean) to bihuan_server;
