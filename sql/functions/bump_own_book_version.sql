-- The same for a city that changes what it says of itself.
create or replace function bihuan.bump_own_book_version()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  new.book_version := old.book_version + 1;
  return new;
end
$$;

revoke all on function bihuan.bump_own_book_version() from public;

create or replace trigger bump_own_book_version
  before update of office_hours, utc_offset_minutes, name, code, ref_prefix on bihuan.cities
  for each row when (
    (old.office_hours, old.utc_offset_minutes, old.name, old.code, old.ref_prefix)
    is distinct from
    (new.office_hours, new.utc_offset_minutes, new.name, new.code, new.ref_prefix)
  ) execute function bihuan.bump_own_book_version();
