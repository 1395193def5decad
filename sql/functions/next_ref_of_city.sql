-- next_ref for the owner, who names the city.
create or replace function bihuan.next_ref(p_series text, p_city integer)
returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_series not in (
    'assignment', 'supervision', 'warning', 'drill_assignment', 'drill_supervision', 'drill_warning',
    'dispute', 'referral', 'drill_dispute', 'drill_referral'
  ) then
    raise exception 'no such series' using errcode = 'invalid_parameter_value';
  end if;
  return nextval(format('bihuan.%I', p_series || '_ref_' || p_city)::regclass);
end
$$;

revoke all on function bihuan.next_ref(text, integer) from public;
