-- The first of p_count numbers of a city's series in a year: 'case', or 'drill', which takes no number from the cases.
-- Locks the city's row of the series until the transaction ends, because the numbers must have no holes.
create or replace function bihuan.next_in_series(p_name text, p_year integer, p_count integer, p_city integer)
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
  values (p_city, p_name, p_year, p_count)
    on conflict (city_id, name, year) do update set last = s.last + p_count
  returning s.last into v_last;
  return v_last - p_count + 1;
end
$$;

revoke all on function bihuan.next_in_series(text, integer, integer, integer) from public;
