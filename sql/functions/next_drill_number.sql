-- The next number of a drill of the acting city in a year, as next_case_number is of a case.
create or replace function bihuan.next_drill_number(p_year integer)
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return bihuan.next_in_series('drill', p_year, 1, bihuan.acting_city());
end
$$;

revoke all on function bihuan.next_drill_number(integer) from public;
grant execute on function bihuan.next_drill_number(integer) to bihuan_server;
