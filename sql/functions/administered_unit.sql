-- The open unit of this label at or below p_top. What lies outside looks as what does not exist; p_field names it in the
-- refusal.
create or replace function bihuan.administered_unit(p_city integer, p_top integer, p_label text, p_field text)
returns bihuan.units
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_unit bihuan.units;
begin
  select u.* into v_unit
    from bihuan.units u
    join bihuan.unit_closure c on c.city_id = u.city_id and c.ancestor_id = p_top and c.descendant_id = u.unit_id
   where u.city_id = p_city and u.label = p_label;
  if not found then
    raise exception 'unit.unknown' using errcode = 'LP010', column = p_field, detail = p_label;
  elsif v_unit.disabled_at is not null then
    raise exception 'unit.closed' using errcode = 'LP010', column = p_field, detail = p_label;
  end if;
  return v_unit;
end
$$;

revoke all on function bihuan.administered_unit(integer, integer, text, text) from public;
