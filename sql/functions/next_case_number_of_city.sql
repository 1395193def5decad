-- next_case_number for the owner, who names the city.
create or replace function bihuan.next_case_number(p_year integer, p_count integer, p_city integer)
returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_last bigint;
begin
  if p_count is null or p_count < 1 then
    raise exception 'at least one number' using errcode = 'invalid_parameter_value';
  end if;
  insert into bihuan.series as s (city_id, name, year, last)
  values (p_city, 'case', p_year, p_count)
    on conflict (city_id, name, year) do update set last = s.last + p_count
  returning s.last into v_last;
  return v_last - p_count + 1;
end
$$;

revoke all on function bihuan.next_case_number(integer, integer, integer) from public;
