-- The first of p_count case numbers of the acting city in a year. Locks the city's row of the series until the
-- transaction ends, because case numbers must have no holes.
create or replace function bihuan.next_case_number(p_year integer, p_count integer)
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return bihuan.next_case_number(p_year, p_count, bihuan.acting_city());
end
$$;

revoke all on function bihuan.next_case_number(integer, integer) from public;
grant execute on function bihuan.next_case_number(integer, integer) to bihuan_server, bihuan_worker;
