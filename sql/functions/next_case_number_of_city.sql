-- next_case_number for the owner, who names the city.
create or replace function bihuan.next_case_number(p_year integer, p_count integer, p_city integer)
returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return bihuan.next_in_series('case', p_year, p_count, p_city);
end
$$;

revoke all on function bihuan.next_case_number(integer, integer, integer) from public;
