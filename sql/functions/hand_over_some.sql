-- Hands over what stands with one unit in at most p_limit of its cases, those given or all; returns in how many. With
-- p_is_closing also the cases it owns that are over; with p_waiting it waits for cases that a command is at, without it leaves them for the next time.
create or replace function bihuan.hand_over_some(
  p_city integer, p_from integer, p_to integer, p_cases uuid[], p_limit integer, p_is_closing boolean,
  p_waiting boolean, p_by text,
  p_officer uuid, p_unit integer, p_via text, p_reason text)
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
  perform bihuan.hand_over(p_city, p_from, p_to, v_cases, p_by, p_officer, p_unit, p_via, p_reason);
  return cardinality(v_cases);
end
$$;

revoke all on function bihuan.hand_over_some(
  integer, integer, integer, uuid[], integer, boolean, boolean, text, uuid, integer, text, text) from public;
