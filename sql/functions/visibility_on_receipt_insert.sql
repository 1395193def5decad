-- Units that are warned of a case see it at once.
create or replace function bihuan.visibility_on_receipt_insert()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform bihuan.refresh_visibility(f.city_id, array_agg(distinct f.case_id)) from fresh f group by f.city_id;
  return null;
end
$$;

revoke all on function bihuan.visibility_on_receipt_insert() from public;

create or replace trigger visibility_on_receipt_insert
  after insert on bihuan.warning_receipts
  referencing new table as fresh
  for each statement execute function bihuan.visibility_on_receipt_insert();
