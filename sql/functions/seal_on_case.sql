-- A case that is restricted, or no longer, is sealed or opened at once.
create or replace function bihuan.seal_on_case()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform bihuan.refresh_seal(new.city_id, new.case_id);
  return null;
end
$$;

revoke all on function bihuan.seal_on_case() from public;

create or replace trigger seal_on_case_insert
  after insert on bihuan.cases
  for each row when (new.secrecy > 0) execute function bihuan.seal_on_case();

create or replace trigger seal_on_case_update
  after update on bihuan.cases
  for each row when (old.secrecy <> new.secrecy) execute function bihuan.seal_on_case();
