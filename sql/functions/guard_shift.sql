-- Nobody is on duty in two places at once. Whoever sets shifts of the same officer waits for one another.
create or replace function bihuan.guard_shift()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform pg_advisory_xact_lock(hashtextextended(new.officer_id::text, new.city_id));
  if exists (
    select from bihuan.duty_shifts d
     where d.city_id = new.city_id and d.officer_id = new.officer_id and d.shift_id <> new.shift_id
       and d.cancelled_at is null and d.starts_at < new.ends_at and d.ends_at > new.starts_at
  ) then
    raise exception 'shifts of one officer overlap' using errcode = 'LP006';
  end if;
  return new;
end
$$;

revoke all on function bihuan.guard_shift() from public;

create or replace trigger guard_shift
  before insert on bihuan.duty_shifts
  for each row when (new.cancelled_at is null) execute function bihuan.guard_shift();
