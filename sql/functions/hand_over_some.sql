-- Hands over what stands with one unit in at most p_limit of its cases, those given or all; returns in how many. With
-- p_is_closing also the cases it owns that are over; with p_waiting it waits for cases that a command is at, without it leaves
-- them for the next time. p_moving: the unit whose posts come along afterwards; null: none do. The taker is told.
create or replace function bihuan.hand_over_some(
  p_city integer, p_from integer, p_to integer, p_cases uuid[], p_limit integer, p_is_closing boolean,
  p_waiting boolean, p_moving integer, p_by text, p_officer uuid, p_unit integer, p_via text, p_reason text)
returns integer
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cases uuid[];
begin
  if p_waiting then
    select array_agg(x.case_id) into v_cases
      from (
        select c.case_id from bihuan.cases c
         where c.city_id = p_city and c.case_id in (select w from bihuan.open_work(p_city, p_from, p_is_closing, p_cases) w)
         order by c.case_id
         limit p_limit
           for no key update
      ) x;
  else
    select array_agg(x.case_id) into v_cases
      from (
        select c.case_id from bihuan.cases c
         where c.city_id = p_city and c.case_id in (select w from bihuan.open_work(p_city, p_from, p_is_closing, p_cases) w)
         order by c.case_id
         limit p_limit
           for no key update skip locked
      ) x;
  end if;
  if v_cases is null then return 0; end if;
  -- Somebody may have been recused, or a case restricted, before it was locked.
  perform bihuan.forbid_recused(p_city, array[p_from], p_to, p_is_closing, v_cases, p_unit, 'to');
  perform bihuan.forbid_uncleared(p_city, p_from, p_to, p_moving, p_is_closing, v_cases, p_unit, 'to');
  perform bihuan.hand_over(p_city, p_from, p_to, v_cases, p_by, p_officer, p_unit, p_via, p_reason);

  -- In how many cases, and none by name: of what is restricted, and of drills, nothing is sent.
  insert into bihuan.outbox (city_id, unit_id, topic, payload)
  select p_city, p_to, 'work.handed_over',
         jsonb_strip_nulls(jsonb_build_object('subject', f.label, 'from', f.label, 'cases', count(*), 'reason', p_reason))
    from bihuan.units f
    join bihuan.cases c on c.city_id = f.city_id and c.case_id = any (v_cases) and not c.is_drill and c.secrecy = 0
   where f.city_id = p_city and f.unit_id = p_from
   group by f.label;
  return cardinality(v_cases);
end
$$;

revoke all on function bihuan.hand_over_some(
  integer, integer, integer, uuid[], integer, boolean, boolean, integer, text, uuid, integer, text, text) from public;
