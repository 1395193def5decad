-- Servers keep units, calendar and plan in memory and read them again when the city's book_version has gone up.
create or replace function bihuan.bump_book_version()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update bihuan.cities c
     set book_version = c.book_version + 1
   where c.city_id in (select x.city_id from changed x);
  return null;
end
$$;

revoke all on function bihuan.bump_book_version() from public;

create or replace trigger bump_book_version_on_insert
  after insert on bihuan.units
  referencing new table as changed
  for each statement execute function bihuan.bump_book_version();

create or replace trigger bump_book_version_on_update
  after update on bihuan.units
  referencing new table as changed
  for each statement execute function bihuan.bump_book_version();

create or replace trigger bump_book_version_on_delete
  after delete on bihuan.units
  referencing old table as changed
  for each statement execute function bihuan.bump_book_version();

create or replace trigger bump_book_version_on_insert
  after insert on bihuan.calendar_days
  referencing new table as changed
  for each statement execute function bihuan.bump_book_version();

create or replace trigger bump_book_version_on_update
  after update on bihuan.calendar_days
  referencing new table as changed
  for each statement execute function bihuan.bump_book_version();

create or replace trigger bump_book_version_on_delete
  after delete on bihuan.calendar_days
  referencing old table as changed
  for each statement execute function bihuan.bump_book_version();

create or replace trigger bump_book_version_on_insert
  after insert on bihuan.plan_adoptions
  referencing new table as changed
  for each statement execute function bihuan.bump_book_version();

create or replace trigger bump_book_version_on_update
  after update on bihuan.plan_adoptions
  referencing new table as changed
  for each statement execute function bihuan.bump_book_version();

create or replace trigger bump_book_version_on_delete
  after delete on bihuan.plan_adoptions
  referencing old table as changed
  for each statement execute function bihuan.bump_book_version();

create or replace trigger bump_book_version_on_insert
  after insert on bihuan.sensitive_periods
  referencing new table as changed
  for each statement execute function bihuan.bump_book_version();

create or replace trigger bump_book_version_on_update
  after update on bihuan.sensitive_periods
  referencing new table as changed
  for each statement execute function bihuan.bump_book_version();

create or replace trigger bump_book_version_on_delete
  after delete on bihuan.sensitive_periods
  referencing old table as changed
  for each statement execute function bihuan.bump_book_version();

create or replace trigger bump_book_version_on_insert
  after insert on bihuan.routing_rules
  referencing new table as changed
  for each statement execute function bihuan.bump_book_version();

create or replace trigger bump_book_version_on_update
  after update on bihuan.routing_rules
  referencing new table as changed
  for each statement execute function bihuan.bump_book_version();

create or replace trigger bump_book_version_on_delete
  after delete on bihuan.routing_rules
  referencing old table as changed
  for each statement execute function bihuan.bump_book_version();

create or replace trigger bump_book_version_on_insert
  after insert on bihuan.unit_aliases
  referencing new table as changed
  for each statement execute function bihuan.bump_book_version();

create or replace trigger bump_book_version_on_update
  after update on bihuan.unit_aliases
  referencing new table as changed
  for each statement execute function bihuan.bump_book_version();

create or replace trigger bump_book_version_on_delete
  after delete on bihuan.unit_aliases
  referencing old table as changed
  for each statement execute function bihuan.bump_book_version();

create or replace trigger bump_book_version_on_insert
  after insert on bihuan.line_words
  referencing new table as changed
  for each statement execute function bihuan.bump_book_version();

create or replace trigger bump_book_version_on_update
  after update on bihuan.line_words
  referencing new table as changed
  for each statement execute function bihuan.bump_book_version();

create or replace trigger bump_book_version_on_delete
  after delete on bihuan.line_words
  referencing old table as changed
  for each statement execute function bihuan.bump_book_version();
