-- The next number of a series of the acting city: 'assignment' (A-000412) or 'supervision'. A sequence stands behind
-- it, so nobody waits for anybody and a rolled back command leaves a hole.
create or replace function bihuan.next_ref(p_series text)
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return bihuan.next_ref(p_series, bihuan.acting_city());
end
$$;

revoke all on function bihuan.next_ref(text) from public;
grant execute on function bihuan.next_ref(text) to bihuan_server, bihuan_worker;
