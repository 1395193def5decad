-- The next number for what a case of the acting city makes: 'assignment' (A-000412), 'supervision' or 'warning'; a drill
-- draws from series of its own. A sequence stands behind each, so nobody waits for anybody and a rolled back command
-- leaves a hole.
create or replace function bihuan.next_ref(p_series text, p_case uuid)
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_city integer := bihuan.acting_city();
begin
  if exists (
    select from bihuan.cases c where c.city_id = v_city and c.case_id = p_case and c.is_drill
  ) then
    return bihuan.next_ref('drill_' || p_series, v_city);
  end if;
  return bihuan.next_ref(p_series, v_city);
end
$$;

revoke all on function bihuan.next_ref(text, uuid) from public;
grant execute on function bihuan.next_ref(text, uuid) to bihuan_server, bihuan_worker;
